export {
  collectorOnlyHost,
  dyingHost,
  forcedCommandHost,
  hostileHost,
  shellHost,
  slowHost,
  talkativeHost,
} from './answers.ts'
export {
  countingHost,
  crowdedHost,
  expiredPasswordHost,
  failedPasswords,
  fewTriesHost,
  japanesePromptHost,
  keyAndPasswordHost,
  radiusModule,
  twoStepHost,
  verificationCode,
  verificationModule,
} from './authentication.ts'
export type { FleetHost } from './describe.ts'
export { type Fleet, startFleet } from './fleet.ts'
export { hardenedHosts } from './hardening.ts'
export { encryptedKey } from './keys.ts'
export { sshdLab } from './lab.ts'
export { type HostSpec, installedCollector, type UserSpec } from './spec.ts'
export {
  busyboxHost,
  certifiedHost,
  clones,
  hostileNames,
  otherReleaseHost,
  otherReleaseLab,
  type RpmPackage,
  rpmHost,
  rpmPackages,
} from './systems.ts'
