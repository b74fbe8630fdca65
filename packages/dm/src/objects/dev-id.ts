/** Key under which a device is looked up, whatever form its DevId came in (std-objects §2.1, S-005). */
export function deviceKey(_devId: string): string {
  throw new Error('not yet');
}
