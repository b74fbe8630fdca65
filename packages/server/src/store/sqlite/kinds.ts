import type { Kind } from './connection.ts';
import {
  TELEMETRY_APPLICATION_ID,
  TELEMETRY_MIGRATIONS,
  TRUTH_APPLICATION_ID,
  TRUTH_MIGRATIONS,
} from './schema.ts';

/** What must survive a power cut. */
export const TRUTH_KIND: Kind = {
  applicationId: TRUTH_APPLICATION_ID,
  migrations: TRUTH_MIGRATIONS,
  synchronous: 'FULL',
};

/** What may lose its last moments. */
export const TELEMETRY_KIND: Kind = {
  applicationId: TELEMETRY_APPLICATION_ID,
  migrations: TELEMETRY_MIGRATIONS,
  synchronous: 'NORMAL',
};
