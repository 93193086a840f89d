import type { Contribution, Part } from './contribution.ts'
import { interpretBoot, observesBoot } from './boot.ts'
import { interpretClock, observesClock } from './clock.ts'
import { interpretCryptoPolicy, observesCryptoPolicy } from './crypto-policy.ts'
import { interpretDeep, observesDeep } from './deep.ts'
import { interpretFileSharing, observesFileSharing } from './file-sharing.ts'
import { interpretIdentity, observesIdentity } from './identity.ts'
import { interpretInterfaces, observesInterfaces } from './interfaces.ts'
import { interpretKernel, observesKernel } from './kernel.ts'
import { interpretKernelModules, observesKernelModules } from './kernel-modules.ts'
import { interpretMedia, observesMedia } from './media.ts'
import { interpretNetworkKernel, observesNetworkKernel } from './network-kernel.ts'
import { interpretSystemFiles, observesSystemFiles } from './system-files.ts'
import { interpretVirtualMachines, observesVirtualMachines } from './virtual-machines.ts'
import { interpretVolumes, observesVolumes } from './volume-facts.ts'

const parts: readonly Part[] = [
  interpretIdentity,
  interpretVolumes,
  interpretKernel,
  interpretNetworkKernel,
  interpretKernelModules,
  interpretBoot,
  interpretCryptoPolicy,
  interpretFileSharing,
  interpretClock,
  interpretMedia,
  interpretInterfaces,
  interpretSystemFiles,
  interpretDeep,
  interpretVirtualMachines,
]

const observed: readonly { readonly settings: readonly string[]; readonly rows: readonly string[] }[] = [
  observesIdentity,
  observesVolumes,
  observesKernel,
  observesNetworkKernel,
  observesKernelModules,
  observesBoot,
  observesCryptoPolicy,
  observesFileSharing,
  observesClock,
  observesMedia,
  observesInterfaces,
  observesSystemFiles,
  observesDeep,
  observesVirtualMachines,
]

/** Settings and row types that come from the collector's system part. */
export const observesSystem = {
  settings: observed.flatMap((part) => part.settings),
  rows: observed.flatMap((part) => part.rows),
}

/** Everything that the collector's system part tells. */
export const interpretSystem: Part = (evidence): Contribution => {
  const all = parts.map((part) => part(evidence))
  return {
    facts: all.flatMap((part) => part.facts ?? []),
    scopes: all.flatMap((part) => part.scopes ?? []),
    tables: all.flatMap((part) => part.tables ?? []),
  }
}
