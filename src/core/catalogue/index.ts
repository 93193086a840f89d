import { accountPolicy } from './account-policy.ts'
import { applicationControl } from './application-control.ts'
import { backup } from './backup.ts'
import { browser } from './browser.ts'
import { crypto } from './crypto.ts'
import type { RowType, Setting } from './define.ts'
import { fileAccess } from './file-access.ts'
import { firewall } from './firewall.ts'
import { hardening } from './hardening.ts'
import { identity } from './identity.ts'
import { lockout } from './lockout.ts'
import { logging } from './logging.ts'
import { logon } from './logon.ts'
import { malwareProtection } from './malware-protection.ts'
import { management } from './management.ts'
import { mfa } from './mfa.ts'
import { network } from './network.ts'
import { password } from './password.ts'
import { removableMedia } from './removable-media.ts'
import { rowTypes } from './rows.ts'
import { session } from './session.ts'
import { time } from './time.ts'
import { update } from './update.ts'
import { virtualisation } from './virtualisation.ts'

/** Every setting that seisa knows, by id. */
export const settings: ReadonlyMap<string, Setting> = new Map(
  [
    ...identity,
    ...password,
    ...lockout,
    ...session,
    ...mfa,
    ...accountPolicy,
    ...logon,
    ...management,
    ...firewall,
    ...crypto,
    ...malwareProtection,
    ...applicationControl,
    ...update,
    ...logging,
    ...time,
    ...removableMedia,
    ...network,
    ...browser,
    ...backup,
    ...hardening,
    ...fileAccess,
    ...virtualisation,
  ].map((setting) => [setting.id, setting]),
)

/** Every row type that seisa knows, by id. */
export const rowTypesById: ReadonlyMap<string, RowType> = new Map(rowTypes.map((type) => [type.id, type]))
