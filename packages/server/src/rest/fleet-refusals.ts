import type { FleetErrorCode } from '../fleet/fleet.ts';
import type { RestErrorRow } from './rest-error.ts';

const row = (status: number, meaning: string, remedy: string): RestErrorRow => ({ status, meaning, remedy });

/** Refusals of the fleet keep their code in the REST API; this is the HTTP status of each, and its row in docs/errors.md. */
export const FLEET_ERRORS: Readonly<Record<FleetErrorCode, RestErrorRow>> = {
  'device-unknown': row(404, 'There is no such device.', 'See `fumarole devices list`.'),
  'device-exists': row(409, 'The device is there already.', 'Change it, or remove it first.'),
  'device-quarantined': row(
    409,
    'The device is in quarantine: two devices use its id.',
    'Find the second one, then `fumarole devices release DEVICE`.',
  ),
  'package-unknown': row(404, 'There is no such package.', 'See `fumarole packages list`.'),
  'package-unfit': row(
    422,
    'The package does not fit the device.',
    'The message names the constraint; `fumarole why DEVICE` shows the facts.',
  ),
  'package-in-use': row(409, 'An open update uses the package.', 'Cancel the update, or wait for its end.'),
  'update-open': row(409, 'An update of the device is under way.', 'Wait for its end, or cancel it.'),
  'update-none': row(409, 'The device has no update to do that with.', 'See `fumarole updates list`.'),
  'update-too-late': row(
    409,
    'The device has accepted the operation already.',
    'Wait for its result; it is recorded.',
  ),
  'command-limit': row(409, 'Too many commands wait for the device.', 'Let it contact the server first.'),
  'command-invalid': row(422, 'The command is not one a device can run.', 'The message says what is wrong.'),
  'description-invalid': row(
    422,
    'The file is no device description that can be used.',
    'The message says what is wrong; give manufacturer and model when the file has none.',
  ),
  conflict: row(409, 'Something else changed it at the same time.', 'Read it again, and try again.'),
};
