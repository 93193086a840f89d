import type { AnyAuthMethod, KeyboardInteractiveCallback, NextAuthHandler, Prompt } from 'ssh2'
import { Fault } from '../../core/fault.ts'
import type { CollectRun } from '../../core/scanner.ts'
import { ended } from '../command.ts'
import { said } from '../said.ts'
import { deniedPrompt, nothingAccepted, noAnswer, passwordChange, refused } from './authenticate-faults.ts'
import { type KeyRing, keyRing, type OfferedKey } from './authenticate-keys.ts'
import { lost } from './connect-faults.ts'
import type { SshSettings } from './settings.ts'

/** OpenSSH ends a connection at the sixth refusal (MaxAuthTries), and the password may need the last one. */
const mostKeys = 5

/** What logging on needs besides the settings. */
export interface LogOn {
  readonly run: CollectRun
  readonly signal: AbortSignal
  /** The time limit stands still while another target finds out about the same password. */
  readonly clock: { readonly pause: () => void; readonly resume: () => void }
  /** Ends the connection. Called once at most. */
  readonly fail: (fault: Fault) => void
}

/**
 * Logs on to one server: keys, or nothing where there are none, then the password by one way, once. It decides what ssh2 sends next, and
 * tells the run's guard of passwords what came of it (design law 9).
 */
export class Authenticator {
  readonly #settings: SshSettings
  readonly #on: LogOn
  readonly #keys: KeyRing
  readonly #offered: string[] = []
  #methods: readonly string[] = []
  /** Taken from the ring and not offered yet. */
  #kept: OfferedKey | undefined
  /** The answer to the password that was sent, until it is known. */
  #answer: PromiseWithResolvers<void> | undefined
  #outcome: Promise<void> = Promise.resolve()
  #passwordUsed = false
  #passwordPrompt: string | undefined
  #over: Fault | undefined
  #isIn = false

  constructor(settings: SshSettings, on: LogOn) {
    this.#settings = settings
    this.#on = on
    this.#keys = keyRing(settings, on.run)
  }

  /**
   * For ssh2: called for the first method and after each refusal; `methods` is null the first time. A key file goes first:
   * to ask with `none` makes a server that permits empty passwords try one, which its PAM may count as a wrong password.
   */
  readonly handler = (
    methods: readonly string[] | null | undefined,
    partial: boolean | null,
    next: NextAuthHandler,
  ): void => {
    // who let us in and then asks again gets nothing more
    if (this.#isIn) return
    const proceed = async (): Promise<void> => {
      // ssh2 knows no methods where the server's list is broken
      const method = await (methods === null ? this.#first() : this.#next(methods ?? [], partial === true))
      if (!this.#over && !this.#isIn) next(method)
    }
    proceed().catch((cause: unknown) => this.#stop(cause))
  }

  /** The server wants a new password before it lets the account in. */
  readonly mustChange = (prompt: string): void => {
    if (this.#isIn) return
    const fault = passwordChange(this.#settings, said(prompt, this.#on.run.secrets))
    this.#settle(fault)
    this.#stop(fault)
  }

  /** The server let us in. Waits until the guard knows. */
  async accepted(): Promise<void> {
    this.#isIn = true
    this.#keys.close()
    // a server may let us in before it was our password's turn
    if (this.#answer === undefined) return
    this.#settle()
    await this.#outcome
  }

  /**
   * The connection is over before the server let us in, for `fault`. Gives the fault to report: where a password was
   * sent and not answered, it may have been refused, and is not tried again.
   */
  lost(fault: Fault): Fault {
    this.#keys.close()
    const unanswered = this.#answer !== undefined && !isInterrupted(this.#on.signal)
    const given = unanswered ? noAnswer(this.#settings, fault) : fault
    this.#settle(given)
    this.#over ??= given
    return given
  }

  async #next(methods: readonly string[], partial: boolean): Promise<AnyAuthMethod> {
    const { username } = this.#settings
    this.#methods = methods
    if (this.#answer !== undefined) {
      this.#settle(partial ? undefined : refused(this.#settings))
      await this.#outcome
    }
    const key = methods.includes('publickey') ? await this.#nextKey(username) : undefined
    if (key) return key
    if (this.#settings.password !== undefined && !this.#passwordUsed) {
      if (methods.includes('password')) return { type: 'password', username, password: await this.#claimPassword() }
      if (methods.includes('keyboard-interactive')) return this.#keyboard(username)
    } else if (this.#passwordUsed && partial && methods.includes('keyboard-interactive')) {
      // a second factor: what needs no secret may still pass
      return this.#keyboard(username)
    }
    const [unusable] = this.#keys.unusable
    if (unusable && !this.#passwordUsed) throw unusable
    throw nothingAccepted(this.#settings, {
      methods: said(this.#methods.join(', '), this.#on.run.secrets, 200),
      offered: this.#offered,
      notes: this.#keys.notes,
      passwordUsed: this.#passwordUsed,
      limit: this.#offered.length >= mostKeys ? mostKeys : undefined,
    })
  }

  async #first(): Promise<AnyAuthMethod> {
    const { username } = this.#settings
    const key = await this.#keys.next()
    const method = key?.method(username)
    // ssh2 doesn't tell what the server said to a key of an agent
    if (key && method?.type === 'publickey') {
      this.#offered.push(key.name)
      return method
    }
    this.#kept = key
    return { type: 'none', username }
  }

  async #nextKey(username: string): Promise<AnyAuthMethod | undefined> {
    if (this.#offered.length >= mostKeys) return undefined
    const key = this.#kept ?? (await this.#keys.next())
    this.#kept = undefined
    if (key) this.#offered.push(key.name)
    return key?.method(username)
  }

  #keyboard(username: string): AnyAuthMethod {
    return {
      type: 'keyboard-interactive',
      username,
      prompt: (_name, _instructions, _language, prompts, finish) => this.#prompted(prompts, finish),
    }
  }

  #prompted(prompts: readonly Prompt[], finish: KeyboardInteractiveCallback): void {
    if (this.#isIn) return
    const proceed = async (): Promise<void> => {
      const answers = await this.#answersTo(prompts)
      if (!this.#over && !this.#isIn) finish([...answers])
    }
    proceed().catch((cause: unknown) => this.#stop(cause))
  }

  /** One secret that is asked for is the password, in whatever language. Nothing else is ever answered. */
  async #answersTo(prompts: readonly Prompt[]): Promise<readonly string[]> {
    if (prompts.length === 0) return []
    const [only] = prompts
    const words = prompts.map(({ prompt }) => prompt).join(' ')
    if (prompts.length === 1 && only?.echo === false && !this.#passwordUsed) {
      this.#passwordPrompt = only.prompt
      return [await this.#claimPassword()]
    }
    // asked for the same again: the first one was not right
    const again = this.#answer !== undefined && words === this.#passwordPrompt
    const fault = again
      ? refused(this.#settings)
      : deniedPrompt(this.#settings, said(words, this.#on.run.secrets), this.#passwordUsed)
    this.#settle(fault)
    throw fault
  }

  /** The password, once this run's guard lets it be sent. The guard then waits for `#settle`. */
  async #claimPassword(): Promise<string> {
    const { run, signal, clock } = this.#on
    this.#passwordUsed = true
    const password = await run.credential(this.#settings.password ?? '')
    const turn = Promise.withResolvers<void>()
    clock.pause()
    this.#outcome = run.passwords.attempt({
      account: this.#settings.username,
      password,
      target: this.#settings.name,
      signal,
      attempt: async () => {
        // the server may have closed the connection while another target was asked
        if (this.#over) throw this.#over
        if (this.#isIn) throw lost(this.#settings, '')
        this.#answer = Promise.withResolvers<void>()
        turn.resolve()
        await this.#answer.promise
      },
    })
    // whoever waits for it later meets the failure then
    this.#outcome.catch(() => undefined)
    try {
      await Promise.race([turn.promise, this.#outcome])
    } finally {
      clock.resume()
    }
    return password
  }

  #settle(fault?: Fault): void {
    const answer = this.#answer
    this.#answer = undefined
    if (fault) answer?.reject(fault)
    else answer?.resolve()
  }

  #stop(cause: unknown): void {
    if (this.#over) return
    const fault = cause instanceof Fault ? cause : internal(cause)
    this.#keys.close()
    this.#over = fault
    this.#settle(fault)
    this.#on.fail(isInterrupted(this.#on.signal) ? ended(this.#on.signal) : fault)
  }
}

const isInterrupted = (signal: AbortSignal): boolean => signal.aborted && typeof signal.reason === 'string'

/** Without ssh2's own words: they could hold what was sent. */
const internal = (cause: unknown): Fault =>
  new Fault(
    'internal',
    { ja: 'SSH のログオン中の内部の誤り', en: 'an internal error while logging on by SSH' },
    { cause },
  )
