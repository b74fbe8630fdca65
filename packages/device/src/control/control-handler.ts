import { DeviceError } from '../device-error.ts';
import type { DeviceHandle } from '../handle.ts';
import type { SmsForm } from '../wake/sms-inbox.ts';
import type { ControlHandler } from './control-server.ts';

/** What `fumarole device …` may ask of a running device. */
export function controlHandler(device: DeviceHandle): ControlHandler {
  return async (request) => {
    const root = optionalText(request.root);
    switch (request.command) {
      case 'status':
        return device.status();
      case 'poke':
        return device.poke(optionalText(request.serverId));
      case 'request-update': {
        const serverId = optionalText(request.serverId);
        return device.requestUpdate(request.by === 'device' ? 'device' : 'user', {
          ...(root === undefined ? {} : { root }),
          ...(serverId === undefined ? {} : { serverId }),
        });
      }
      case 'bootstrap':
        return { servers: await device.bootstrap(octetsOf(request.document), optionalText(request.pin)) };
      case 'sms':
        return { outcome: device.receiveSms(octetsOf(request.sms), formOf(request.form)) };
      case 'start-update':
        await device.startHeldUpdate(root);
        return device.status();
      case 'start-download-and-update':
        await device.startDownloadAndUpdate(root);
        return device.status();
      case 'cancel-download':
        device.cancelDownload(root);
        return device.status();
      default:
        throw new DeviceError('refused', 'unknown command');
    }
  };
}

function optionalText(value: unknown): string | undefined {
  return typeof value === 'string' && value !== '' ? value : undefined;
}

function formOf(value: unknown): SmsForm {
  return value === 'tpdu' || value === 'user-data' ? value : 'pdu';
}

function octetsOf(value: unknown): Uint8Array {
  return Buffer.from(typeof value === 'string' ? value : '', 'base64');
}
