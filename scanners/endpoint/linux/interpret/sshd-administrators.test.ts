import { describe, expect, it } from 'vitest'
import { read, unreadable } from '../../../../src/core/evidence.ts'
import { accountFilesText, accountsText, authselectSssd, machineEvidence, redHat } from '../testing/pam-stacks.ts'
import { administratorBlocks } from './sshd-administrators.ts'
import type { SshdSettings } from './sshd-source.ts'

const settings = (given: Readonly<Record<string, string>>, match?: string): SshdSettings => ({
  ...(match && { match }),
  own: new Set(match ? Object.keys(given) : []),
  get: (keyword) => {
    const value = given[keyword]
    return value === undefined
      ? unreadable({ ja: 'ない', en: 'not given' })
      : read({ values: [value], evidence: [], origin: 'running' })
  },
})
const root = (word: string) => settings({ permitrootlogin: word })
const block = (criteria: string) => settings({ authenticationmethods: 'publickey,password' }, `Match ${criteria}`)

// alice is in wheel, which sudo makes administrators
const machine = (sudoers: string, switching = 'passwd: files\ngroup: files\n') =>
  machineEvidence(
    { files: redHat(authselectSssd) },
    {
      accounts: accountsText,
      'account-files': accountFilesText({ '/etc/sudoers': sudoers, '/etc/nsswitch.conf': switching }),
    },
  )
const wheel = machine('%wheel ALL=(ALL) ALL\n')

describe('Match blocks for administrators', () => {
  it('speak for all of them when each is named, by group or by user', () => {
    for (const criteria of ['Group wheel', 'group sudo,wheel', 'User alice']) {
      expect(administratorBlocks(wheel, root('no'), [block(criteria)]), criteria).toHaveLength(1)
    }
  })
  it('do not while root can log on, or a block lets it', () => {
    expect(administratorBlocks(wheel, root('prohibit-password'), [block('Group wheel')])).toBeUndefined()
    const lets = settings({ permitrootlogin: 'yes' }, 'Match Address 10.0.0.0/8')
    expect(administratorBlocks(wheel, root('no'), [lets, block('Group wheel')])).toBeUndefined()
  })
  it('do not when one is left out, or the block asks for more than a name', () => {
    const criteria = ['Group staff', 'Group !wheel', 'Group wheel Address 10.0.0.0/8', 'Group wh*', 'User bob']
    for (const one of criteria) {
      expect(administratorBlocks(wheel, root('no'), [block(one)]), one).toBeUndefined()
    }
    const silent = settings({ x11forwarding: 'no' }, 'Match Group wheel')
    expect(administratorBlocks(wheel, root('no'), [silent])).toBeUndefined()
  })
  it('do not where administrators may stand in a directory, or are not known', () => {
    const remote = machine('%wheel ALL=(ALL) ALL\n', 'passwd: files sss\ngroup: files sss\n')
    expect(administratorBlocks(remote, root('no'), [block('Group wheel')])).toBeUndefined()
    expect(administratorBlocks(machine('@include /nowhere\n'), root('no'), [block('Group wheel')])).toBeUndefined()
  })
})
