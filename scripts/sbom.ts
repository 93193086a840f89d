import type { ProductionModule } from './production-modules.ts'

/** A file that is shipped beside the modules: the Node.js runtime. */
export interface ShippedRuntime {
  readonly version: string
  /** Hex. */
  readonly sha256: string
}

/** Software bill of materials in CycloneDX 1.6 (https://cyclonedx.org/docs/1.6/json/), without a clock so that it repeats. */
export function sbom(version: string, modules: readonly ProductionModule[], runtime: ShippedRuntime): object {
  return {
    bomFormat: 'CycloneDX',
    specVersion: '1.6',
    version: 1,
    metadata: {
      component: {
        type: 'application',
        name: 'seisa',
        version,
        'bom-ref': 'seisa',
        licenses: [{ license: { id: 'Apache-2.0' } }],
      },
    },
    components: [
      {
        type: 'platform',
        name: 'node',
        version: runtime.version,
        'bom-ref': `pkg:generic/node@${runtime.version}`,
        purl: `pkg:generic/node@${runtime.version}?arch=x64&os=linux`,
        hashes: [{ alg: 'SHA-256', content: runtime.sha256 }],
      },
      ...modules.map(({ name, version: pinned, license, integrity }) => {
        const purl = `pkg:npm/${name.replace('@', '%40')}@${pinned}`
        return {
          type: 'library',
          name,
          version: pinned,
          'bom-ref': purl,
          purl,
          ...(license && { licenses: [{ license: { id: license } }] }),
          hashes: [
            { alg: 'SHA-512', content: Buffer.from(integrity.replace(/^sha512-/, ''), 'base64').toString('hex') },
          ],
        }
      }),
    ],
    dependencies: [
      {
        ref: 'seisa',
        dependsOn: modules.map(({ name, version: pinned }) => `pkg:npm/${name.replace('@', '%40')}@${pinned}`),
      },
    ],
  }
}
