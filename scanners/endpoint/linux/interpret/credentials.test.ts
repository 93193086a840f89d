import { expect, it } from 'vitest'
import { accountsText, machineEvidence } from '../testing/pam-stacks.ts'
import { interpretCredentials } from './credentials.ts'

// two keys made for this test; the fingerprints and lengths are those that `ssh-keygen -l` prints for them
const ed25519 = 'AAAAC3NzaC1lZDI1NTE5AAAAIFFxh5tQv8IMPE5X1ANIKjF5OzTO/F8sYYFCBvrc/5BF'
const rsa =
  'AAAAB3NzaC1yc2EAAAADAQABAAABAQDJul0F8LuUGNxgfNYvWwh3L2dKVol7X2i2f1BEokqhdrFqNikVh/X9bJPWp+sV0s3kh7hhCp/ICKF0PPQxphtIMZtbUGDnEBvufPDyAFDUCT1EcZtvFE5EIFFN1woqx9exjI4F9TI7vbc/QctXoZG/1oKfXccMy59/FkwJ7EffijtIe6PuViHxXnkkdRnXcI7VuVY8ys+zql+/4mis7fsaG0oaBWWEYfseUjxhjr0TBNg/7OILb9FFCLh/99i2KGX9TOe0Tw26byRg2JfKvtwpSiw6Dm3QjYpLIqYbQBlEJ70ckJRJegahF9lhGcilWh1dPQfU31jUvZuts8y1fRCB'
const path = '/home/alice/.ssh/authorized_keys'
const keyLine = (line: number, type: string, key: string, options: string, expiry: string, comment: string): string =>
  ['k', path, line, type, key, options, expiry, comment].join('\t')
const file = [
  'absent\troot',
  `file\talice\t${path}`,
  keyLine(1, 'ssh-ed25519', ed25519, 'no', '', 'alice@pc'),
  keyLine(3, 'ssh-rsa', rsa, 'yes', '20270101Z', ''),
].join('\n')

function table(section: string, accounts = accountsText) {
  const [first] =
    interpretCredentials(machineEvidence({ files: {} }, { 'authorized-keys': section, accounts })).tables ?? []
  return { rows: [...(first?.rows ?? [])], complete: first?.complete }
}

it('gives each key with fingerprint and length', () => {
  const { rows, complete } = table(file)
  expect(complete).toBe(true)
  expect(rows.map((row) => row.fields)).toMatchObject([
    {
      algorithm: 'ssh-rsa',
      length: 2048,
      fingerprint: 'SHA256:7UipgLFOStXMvLmRRNlfZq06iF5scPSygqhuk2r674k',
      restricted: true,
      expires: '2027-01-01T00:00:00Z',
      comment: null,
    },
    {
      account: 'alice',
      algorithm: 'ssh-ed25519',
      length: 256,
      fingerprint: 'SHA256:Iq32D/pnEyYuXKzwbBnxtF/0pbjFNkRSL3K+bi8CW2k',
      restricted: false,
      expires: null,
      comment: 'alice@pc',
      source: path,
    },
  ])
  expect(rows[1]?.evidence).toEqual([{ source: path, at: '1' }])
})

it('is incomplete when a file could not be read, and keeps the keys that could', () => {
  const { rows, complete } = table(`${file}\ndenied\troot\t/root/.ssh/authorized_keys`)
  expect(complete).toBe(false)
  expect(rows).toHaveLength(2)
})

it.each([
  ['a home on the network', `${file}\nnetwork\troot\t/home/root/.ssh/authorized_keys`],
  ['a program that hands out keys', `${file}\ncommand`],
  ['an account that was not asked for', 'absent\troot'],
  ['a file that broke off', `${file}\ncut\t${path}`],
])('%s: incomplete', (_, section) => {
  expect(table(section).complete).toBe(false)
})
