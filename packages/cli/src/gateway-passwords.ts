/** Passwords of gateways come from the environment where the settings file has none: it may then be read by others. */
const VARIABLES = { smpp: 'FUMAROLE_SMPP_PASSWORD', pap: 'FUMAROLE_PAP_PASSWORD' } as const;

/** Settings with the passwords of the environment; whatever else they are, the server says. */
export function withGatewayPasswords(
  settings: unknown,
  environment: Readonly<Record<string, string | undefined>> = process.env,
): unknown {
  if (!isRecord(settings) || !isRecord(settings.wake)) return settings;
  const wake: Record<string, unknown> = { ...settings.wake };
  for (const [gateway, variable] of Object.entries(VARIABLES)) {
    const password = environment[variable];
    const own = wake[gateway];
    if (password !== undefined && isRecord(own)) wake[gateway] = { password, ...own };
  }
  return { ...settings, wake };
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
