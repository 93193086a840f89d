import fc from 'fast-check'
import { expect, it } from 'vitest'
import { readSyslogNg } from './syslog-ng.ts'

const read = (text: string) => readSyslogNg([{ path: '/etc/syslog-ng/syslog-ng.conf', lines: text.split('\n') }])

it('reads destinations that a log path leads to', () => {
  const { destinations } = read(`@version: 3.38
destination d_far { network("logs.example" port(6514) transport("tls") tls(ca-dir("/etc/ca"))); };
destination d_plain { udp("192.0.2.1" port(514)); };
destination d_file { file("/var/log/messages"); };
destination d_unused { tcp("nobody.example"); };
filter f { level(err); };
log { source(s_src); destination(d_far); };
log { source(s_src); filter(f); destination(d_plain); destination(d_file); };
`)
  expect(
    destinations.map(({ target, port, protocol, encrypted, everything }) => [
      target,
      port,
      protocol,
      encrypted,
      everything,
    ]),
  ).toEqual([
    ['logs.example', '6514', 'tls', true, true],
    ['192.0.2.1', '514', 'udp', false, false],
    ['/var/log/messages', undefined, undefined, undefined, false],
  ])
})

it('passes over comments and names includes and the time format', () => {
  const { destinations, includes, isoTimestamps } = read(
    '#destination d { tcp("x"); }; log { destination(d); };\n@include "/etc/syslog-ng/conf.d/*.conf"\noptions { ts-format(iso); };',
  )
  expect(destinations).toEqual([])
  expect(includes).toEqual(['/etc/syslog-ng/conf.d/*.conf'])
  expect(isoTimestamps).toBe(true)
})

it('never throws', () => {
  fc.assert(fc.property(fc.string(), (text) => void read(text)))
  const piece = fc.constantFrom('destination d {', 'log {', 'network("', '}', ')', '"', '\n', 'file(', ' x ')
  fc.assert(fc.property(fc.array(piece), (pieces) => void read(pieces.join(''))))
})
