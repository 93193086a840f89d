import type { Evidence, Reading } from '../../../../src/core/evidence.ts'
import { read, sectionFiles, unreadable } from '../../../../src/core/evidence.ts'
import type { Fact, Value } from '../../../../src/core/fact.ts'
import { absent, fromReading, inapplicable, known, type Part, unread } from './contribution.ts'
import { isRolling, lastSupportedDay } from './end-of-support.ts'
import { architectureOf, firmwareText } from './machine.ts'
import { osRelease } from './os-release.ts'
import { fileReading, keyedLines, optionalLine } from './system-text.ts'
import { virtualisation } from './views.ts'

export const observesIdentity = {
  settings: [
    'identity.hostname',
    'identity.manufacturer',
    'identity.model',
    'identity.serial',
    'identity.architecture',
    'identity.processor',
    'identity.memory',
    'identity.firmware.version',
    'identity.os.name',
    'identity.os.version',
    'identity.os.kernel',
    'identity.end-of-support',
    'identity.virtualisation',
    'identity.last-boot',
  ],
  rows: [],
} as const

/** What the machine is. */
export const interpretIdentity: Part = (evidence) => ({
  facts: [
    lineFact(evidence, 'identity.hostname', '/proc/sys/kernel/hostname'),
    firmware(evidence, 'identity.manufacturer', 'sys_vendor'),
    firmware(evidence, 'identity.model', 'product_name'),
    firmware(evidence, 'identity.serial', 'product_serial'),
    fromReading('identity.architecture', architecture(evidence), [{ source: 'architecture' }], 'running'),
    processor(evidence),
    fromReading('identity.memory', memory(evidence), [{ source: '/proc/meminfo', at: 'MemTotal' }], 'running'),
    firmware(evidence, 'identity.firmware.version', 'bios_version'),
    release(evidence, 'identity.os.name', ['NAME', 'ID']),
    release(evidence, 'identity.os.version', ['VERSION_ID', 'BUILD_ID']),
    lineFact(evidence, 'identity.os.kernel', '/proc/sys/kernel/osrelease'),
    endOfSupport(evidence),
    fromReading('identity.virtualisation', virtualisation(evidence), [{ source: 'system-links' }], 'running'),
    lastBoot(evidence),
  ],
})

function lineFact(evidence: Evidence, setting: string, path: string): Fact {
  const line = optionalLine(evidence, 'machine-files', path)
  const refs = [{ source: path, at: '1' }]
  if (!line.ok) return unread(setting, line, refs)
  if (!line.value) return unread(setting, { why: { ja: `${path} が空`, en: `${path} is empty` } }, refs)
  return known(setting, line.value, refs, 'running')
}

/** One entry of the firmware's tables, which a container shares with its host and a small board may not have. */
function firmware(evidence: Evidence, setting: string, name: string): Fact {
  const path = `/sys/class/dmi/id/${name}`
  const refs = [{ source: path }]
  const place = virtualisation(evidence)
  if (place.ok && place.value === 'container') {
    return inapplicable(
      setting,
      { ja: 'コンテナ自身には機器もファームウェアもない', en: 'a container has no hardware or firmware of its own' },
      [{ source: 'system-links', at: '/proc/self/ns' }],
    )
  }
  const files = sectionFiles(evidence, 'machine-files')
  if (!files.ok) return unread(setting, files, refs)
  const file = files.value.get(path)
  if (file?.state === 'absent') {
    const board = files.value.get('/proc/device-tree/model')
    if (name === 'product_name' && board?.state === 'read') {
      const model = (board.lines[0] ?? '').replaceAll('\0', '').trim()
      if (model !== '') return known(setting, model, [{ source: '/proc/device-tree/model' }], 'running')
    }
    return absent(setting, refs)
  }
  const lines = fileReading(file, path)
  if (!lines.ok) return unread(setting, lines, refs)
  const text = firmwareText(lines.value[0])
  return text === undefined ? absent(setting, refs) : known(setting, text, refs, 'running')
}

function architecture(evidence: Evidence): Reading<Value> {
  const name = architectureOf(evidence)
  return name === undefined
    ? unreadable({ ja: '命令セットを読めなかった', en: 'the architecture could not be read' })
    : read(name)
}

function processor(evidence: Evidence): Fact {
  const lines = keyedLines(evidence, 'processor')
  const refs = [{ source: 'processor', at: 'model' }]
  if (!lines.ok) return unread('identity.processor', lines, refs)
  const model = lines.value.get('model')?.[0]?.trim()
  // many ARM kernels name no model
  return model ? known('identity.processor', model, refs, 'running') : absent('identity.processor', refs)
}

function memory(evidence: Evidence): Reading<Value> {
  const files = sectionFiles(evidence, 'machine-files')
  if (!files.ok) return files
  const lines = fileReading(files.value.get('/proc/meminfo'), '/proc/meminfo')
  if (!lines.ok) return lines
  for (const line of lines.value) {
    // proc_meminfo(5): the unit called kB is 1024 bytes
    const kibibytes = /^MemTotal:\s+(\d{1,15}) kB$/.exec(line.trim())?.[1]
    if (kibibytes !== undefined) return read(Number(kibibytes) * 1024)
  }
  return unreadable({ ja: 'MemTotal がない', en: 'there is no MemTotal' })
}

function release(evidence: Evidence, setting: string, names: readonly string[]): Fact {
  const reading = osRelease(evidence)
  if (!reading.ok) return unread(setting, reading, [{ source: '/etc/os-release' }])
  const { path, values } = reading.value
  for (const name of names) {
    const value = values.get(name)
    if (value) return known(setting, value, [{ source: path, at: name }])
  }
  return absent(setting, [{ source: path, at: names[0] ?? '' }])
}

function endOfSupport(evidence: Evidence): Fact {
  const setting = 'identity.end-of-support'
  const reading = osRelease(evidence)
  if (!reading.ok) return unread(setting, reading, [{ source: '/etc/os-release' }])
  const { path, values } = reading.value
  const refs = [{ source: path, at: values.has('SUPPORT_END') ? 'SUPPORT_END' : 'VERSION_ID' }]
  const day = lastSupportedDay(values, architectureOf(evidence))
  if (day !== undefined) {
    return known(setting, `${day}T23:59:59Z`, refs, values.has('SUPPORT_END') ? 'configured' : 'platform-default')
  }
  if (isRolling(values)) {
    return inapplicable(
      setting,
      { ja: '版を区切らない配布物で、終了日が定められていない', en: 'a rolling release has no end of support' },
      refs,
    )
  }
  const name = `${values.get('ID') ?? '?'} ${values.get('VERSION_ID') ?? '?'}`
  return unread(
    setting,
    {
      why: {
        ja: `${name} のサポート終了日は組み込みの一覧にない`,
        en: `the end of support of ${name} is not in the built-in list`,
      },
    },
    refs,
  )
}

function lastBoot(evidence: Evidence): Fact {
  const setting = 'identity.last-boot'
  const refs = [{ source: '/proc/stat', at: 'btime' }]
  const lines = keyedLines(evidence, 'processor')
  if (!lines.ok) return unread(setting, lines, refs)
  const seconds = Number(lines.value.get('btime')?.[0] ?? Number.NaN)
  // the last second that ISO 8601 writes with four digits of the year
  if (!Number.isInteger(seconds) || seconds <= 0 || seconds > 253_402_300_799) {
    return unread(
      setting,
      { why: { ja: '起動時刻を読めなかった', en: 'the time of the last start could not be read' } },
      refs,
    )
  }
  return known(setting, new Date(seconds * 1000).toISOString().replace('.000Z', 'Z'), refs, 'running')
}
