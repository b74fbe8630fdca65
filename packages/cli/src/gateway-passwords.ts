/** Passwords of gateways come from the environment where the settings file has none: it may then be read by others. */
const VARIABLES = {
  smpp: { name: 'password', variable: 'FUMAROLE_SMPP_PASSWORD' },
  pap: { name: 'password', variable: 'FUMAROLE_PAP_PASSWORD' },
  hook: { name: 'token', variable: 'FUMAROLE_HOOK_TOKEN' },
} as const;

/** Settings with the passwords of the environment; whatever else they are, the server says. */
export function withGatewayPasswords(
  settings: unknown,
  environment: Readonly<Record<string, string | undefined>> = process.env,
): unknown {
  if (!isRecord(settings) || !isRecord(settings.wake)) return settings;
  const wake: Record<string, unknown> = { ...settings.wake };
  for (const [gateway, { name, variable }] of Object.entries(VARIABLES)) {
    const secret = environment[variable];
    const own = wake[gateway];
    if (secret !== undefined && isRecord(own)) wake[gateway] = { [name]: secret, ...own };
  }
  return { ...settings, wake };
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
