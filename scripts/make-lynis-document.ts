// Writes docs/lynis.md from docs/lynis.tsv: `node scripts/make-lynis-document.ts`.
import { join } from 'node:path'
import { writeFileAtomically } from '../src/files/write.ts'
import { packageRoot } from '../src/package-root.ts'
import { lynisDocument, lynisTests } from './lynis-document.ts'

await writeFileAtomically(join(packageRoot(), 'docs/lynis.md'), lynisDocument(lynisTests(packageRoot())), {
  mode: 0o644,
})
