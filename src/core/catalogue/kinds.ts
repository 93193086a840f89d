/** What can have settings (design section 5). */
export const componentKinds = [
  'domain',
  'domain-controller',
  'forest',
  'tenant',
  'cloud-account',
  'cloud-organization',
  'firewall',
  'router',
  'switch',
  'server',
  'workstation',
  'mobile-device',
  'appliance',
] as const
export type ComponentKind = (typeof componentKinds)[number]

/** Machines with an operating system of their own. */
export const endpoints: readonly ComponentKind[] = ['server', 'workstation']
/** Everything that people or machines log on to. */
export const everything: readonly ComponentKind[] = [...componentKinds]
