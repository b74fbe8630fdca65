/** The alerts a device sends: the result of an operation, and its wish for an update (fumo.md §5, §7). */
import { FumoAlertType } from '../object/alert-type.ts';
import type { OwedReport } from './facts.ts';

/** A Generic Alert as the session puts it on the wire. */
export interface GenericAlert {
  readonly key: string;
  readonly code: 1226;
  readonly correlator?: string;
  readonly source?: string;
  readonly type: string;
  readonly format: 'int' | 'chr';
  readonly mark?: string;
  readonly data: string;
}

/** The final alert of an operation: Source `<X>`, the Correlator of its Exec and only that, Format int (F-076…F-082). */
export function finalAlert(report: OwedReport): GenericAlert {
  return {
    key: alertKey(report.id),
    code: 1226,
    ...(report.correlator === undefined ? {} : { correlator: report.correlator }),
    source: report.root,
    type: FumoAlertType[report.operation],
    format: 'int',
    mark: markOf(report.code),
    data: String(report.code),
  };
}

/** A user's or the device's own wish (F-114…F-116): Data present even if empty, no Correlator. */
export function requestAlert(by: 'user' | 'device', root: string | undefined, data: string): GenericAlert {
  return {
    key: REQUEST_KEY,
    code: 1226,
    ...(root === undefined ? {} : { source: root }),
    type: FumoAlertType[by === 'user' ? 'user-request' : 'device-request'],
    format: 'chr',
    data,
  };
}

/** With the namespace that the protocol asks for in front of its Type; most servers know the bare name (I-046). */
export function withPrefix<T extends Pick<GenericAlert, 'type'>>(alert: T): T {
  return { ...alert, type: `Reversed-Domain-Name: ${alert.type}` };
}

export const REQUEST_KEY = 'request';

export function alertKey(id: number): string {
  return `result-${id}`;
}

/** The operation whose alert has this key. */
export function operationOfAlert(key: string): number | undefined {
  const digits = /^result-(\d+)$/.exec(key)?.[1];
  return digits === undefined ? undefined : Number(digits);
}

/** success → informational, user cancelled → warning, any other failure → critical. */
function markOf(code: number): string {
  if (code >= 200 && code < 300) return 'informational';
  return code === 401 ? 'warning' : 'critical';
}
