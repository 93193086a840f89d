import { userInfo } from 'node:os'
import { expect, it } from 'vitest'
import { surroundingsOf } from './surroundings.ts'

const homeWith = (env: Readonly<Record<string, string>>): string => surroundingsOf({ folder: '/', env }).home

it('the home folder is that of the environment', () => {
  expect(homeWith({ HOME: '/home/somebody' })).toBe('/home/somebody')
})

it.each([{}, { HOME: '' }, { HOME: '.' }, { HOME: 'home' }])(
  'the home folder is never a place below the one that we stand in: %j',
  (env) => {
    expect(homeWith(env)).toBe(userInfo().homedir)
  },
)
