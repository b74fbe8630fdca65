/** How a side proves itself: `transport` by TLS, the others in this layer (DM 1.2 §6); `none` needs no proof. */
export type AuthScheme = 'none' | 'basic' | 'md5' | 'mac' | 'transport';

/** Schemes of Cred and Chal. */
export type CredScheme = 'basic' | 'md5' | 'mac';

const TYPES: Readonly<Record<CredScheme, string>> = {
  basic: 'syncml:auth-basic',
  md5: 'syncml:auth-md5',
  mac: 'syncml:auth-MAC',
};

/** `Meta/Type` of a Cred or Chal. */
export function schemeType(scheme: CredScheme): string {
  return TYPES[scheme];
}

/** The scheme of a `Meta/Type`, without regard to case; undefined: none that we know. */
export function schemeOfType(type: string | undefined): CredScheme | undefined {
  const wanted = type?.trim().toLowerCase();
  const schemes: readonly CredScheme[] = ['basic', 'md5', 'mac'];
  return schemes.find((scheme) => TYPES[scheme].toLowerCase() === wanted);
}
