import { execFileSync } from 'node:child_process'
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { readRsyslog } from '../../../../src/readers/rsyslog.ts'

const here = import.meta.dirname
const folder = mkdtempSync(join(tmpdir(), 'seisa-logging-'))
afterAll(() => rmSync(folder, { recursive: true }))

const shells = [['sh'], ...(existsSync('/bin/busybox') || existsSync('/usr/bin/busybox') ? [['busybox', 'sh']] : [])]

/** The lines that leave the target of one file with this text. */
function reduced(shell: readonly string[], path: string, text: string): readonly string[] {
  const file = join(folder, path)
  mkdirSync(dirname(file), { recursive: true })
  writeFileSync(file, text)
  const parts = ['00-prelude.sh', '50-logging.sh'].map((name) => readFileSync(join(here, name), 'utf8')).join('\n')
  const script = `COLLECTOR=t DEEP=no SIMULATE=no\n${parts}\nROOT=1 NONCE=n COUNT=0 TIMEOUT=coreutils\nlogging_files x '${file}'\n`
  const [command = 'sh', ...before] = shell
  const output = execFileSync(command, [...before, '-s'], { input: script, encoding: 'utf8' })
  return output.split('\n').flatMap((line) => (line.startsWith('|') ? [line.slice(1)] : []))
}

const rsyslog = `# password=hunter2 in a comment
module(load="imuxsock") # hunter2
template(name="cloud" type="string"
  string="<%pri%>1 %timestamp:::date-rfc3339% [hunter2@41058 tag=x] %msg%")
template(name="list" type="list") { constant(value="hunter2") property(name="timestamp" dateFormat="rfc3339") }
$template Legacy,"%timegenerated% hunter2 %msg%"
$ActionLibdbiPassword hunter2
$DefaultNetstreamDriver gtls
*.* action(type="ommysql" server="db.example" uid="u" pwd="hunter2" db="Syslog")
*.* action(type="omhttp" server="h.example" httpheaders=["Authorization: Bearer hunter2"] pwd=hunter2)
*.* :ommysql:db.example,Syslog,u,hunter2
*.* action(type="omfwd" target="logs.example" port="6514" protocol="tcp"
  StreamDriver="gtls" StreamDriverMode="1" StreamDriver.KeyPassword="hunter2")
if $msg contains 'hunter2' then { stop }
auth,authpriv.* /var/log/auth.log
*.* @@far.example:514;cloud
include(file="/etc/more/*.conf")
action(type="omelasticsearch" server="https://u:hunter2@es.example:9200" usehttps="on")
/* hunter2
   *.* @@commented.example */
`

describe.each(shells)('under %s', (...shell) => {
  const of = (path: string, text: string) => reduced(shell, path, text)

  it('leaves passwords, tokens and comments of rsyslog on the target', () => {
    expect(of('etc/rsyslog.conf', rsyslog).join('\n')).not.toContain('hunter2')
  })

  it('keeps line numbers, and what the interpreter needs', () => {
    const lines = of('etc/rsyslog.conf', rsyslog)
    expect(lines).toHaveLength(rsyslog.split('\n').length - 1)
    const { actions, missing, templates, modules } = readRsyslog({ path: 'x', lines }, () => undefined)
    expect(actions.map(({ target, encrypted }) => [target, encrypted])).toEqual([
      ['db.example', false],
      ['h.example', true],
      ['db.example', false],
      ['logs.example', true],
      ['/var/log/auth.log', undefined],
      ['far.example', false],
      ['https://es.example:9200', true],
    ])
    expect(missing).toEqual(['/etc/more/*.conf'])
    expect(templates.get('cloud')).toContain('rfc3339')
    expect(templates.get('list')).toContain('rfc3339')
    expect(modules.has('imuxsock')).toBe(true)
  })

  it('does not lose what follows a stray quotation mark', () => {
    expect(of('etc/rsyslog.d/1.conf', "user.* it's\n*.* @@far.example\n")[1]).toBe('*.* @@far.example')
  })

  it('leaves passwords of syslog-ng on the target', () => {
    const text = `destination d { sql(type(mysql) host("db") username("u") password("hunter2") ); };
destination e { network("logs.example" port(6514) transport("tls") tls(key-file("/k") pkcs12-password(hunter2))); };
destination f { http(url("https://h.example") headers("X: hunter2") password(hunter2)); };
log { source(s); destination(e); };
`
    const lines = of('etc/syslog-ng/syslog-ng.conf', text).join('\n')
    expect(lines).not.toContain('hunter2')
    expect(lines).toContain('network("logs.example" port(6514) transport("tls")')
  })

  it('leaves scripts of logrotate on the target', () => {
    const lines = of(
      'etc/logrotate.d/mysql',
      '/var/log/mysql.log {\n weekly\n postrotate\n  mysqladmin -phunter2 flush-logs\n endscript\n rotate 4\n}\n',
    )
    expect(lines).toEqual(['/var/log/mysql.log {', ' weekly', ' postrotate', '', 'endscript', ' rotate 4', '}'])
  })

  it('keeps of a proxy only its log settings', () => {
    expect(of('etc/squid/squid.conf', 'cache_peer p parent 3128 0 login=u:hunter2\nlogfile_rotate 0\n')).toEqual([
      '',
      'logfile_rotate 0',
    ])
  })

  it('takes user names and passwords out of URLs', () => {
    expect(of('etc/systemd/journal-upload.conf', '[Upload]\nURL=https://u:hunter2@logs.example:19532\n')[1]).toBe(
      'URL=https://logs.example:19532',
    )
  })
})
