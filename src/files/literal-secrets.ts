import type { Says } from './excerpt.ts'
import type { Problem } from './problems.ts'
import { isRawMap } from './raw.ts'
import { isReference, isSecretKey, looksSecret } from './secret-text.ts'
import type { Path, YamlDocument } from './yaml.ts'

/**
 * Secrets that stand in a file where only a reference may (design section 6). Each is hidden from every later
 * message about the file.
 */
export function literalSecrets(document: YamlDocument): readonly Problem[] {
  const found: { readonly path: Path; readonly says: Says }[] = []
  const visit = (value: unknown, path: Path, secret: boolean): void => {
    if (Array.isArray(value)) {
      value.forEach((item, index) => visit(item, [...path, index], secret))
    } else if (isRawMap(value)) {
      for (const [key, item] of Object.entries(value)) {
        // `enable: true` asks for the enable password; a text there would be that password.
        const named = isSecretKey(key) || (key === 'enable' && typeof item !== 'boolean')
        visit(item, [...path, key], secret || named)
      }
    } else if (typeof value === 'string' && looksSecret(value)) {
      found.push({ path, says: secretInside })
    } else if (secret && value !== null && !(typeof value === 'string' && isReference(value))) {
      found.push({ path, says: literalSecret })
    }
  }
  visit(document.value, [], false)
  for (const { path } of found) document.hide(path)
  return found.map(({ path, says }) => document.problem(path, says))
}

const literalSecret: Says = {
  what: { ja: '秘密がそのまま書かれている', en: 'a secret is written out' },
  expected: {
    ja: 'env:環境変数名、file:ファイルの場所、exec:命令 のいずれか。書いた秘密は変更する',
    en: 'env:VARIABLE, file:PATH or exec:COMMAND; change the secret that was written here',
  },
}

const secretInside: Says = {
  what: { ja: '秘密鍵、またはURLの中のパスワードが書かれている', en: 'a private key, or a password inside an address' },
  expected: {
    ja: '鍵はファイルに置いて場所を書く。パスワードは credentials に env: などで書く',
    en: 'keep a key in a file and name its path; put a password under credentials as env: or the like',
  },
}
