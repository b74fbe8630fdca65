import { connect, type Socket } from 'node:net';
import { DEVICE_ERRORS, DeviceError, type DeviceErrorCode, systemCode } from '../device-error.ts';
import { controlAddress } from './control-address.ts';

export type ControlAnswer =
  | { readonly ok: true; readonly value: unknown }
  | { readonly ok: false; readonly code: string; readonly message: string };

/** Asks the process that runs the device of a directory; throws DeviceError `not-running`, or the one of the device. */
export async function askDevice(dir: string, request: Readonly<Record<string, unknown>>): Promise<unknown> {
  const socket = await dial(dir);
  if (socket === undefined) throw new DeviceError('not-running', `no process runs the device in ${dir}`);
  try {
    socket.write(`${JSON.stringify(request)}\n`);
    const answer = await firstLine(socket);
    if (answer.ok) return answer.value;
    throw new DeviceError(isCode(answer.code) ? answer.code : 'refused', answer.message);
  } finally {
    socket.destroy();
  }
}

/** Does a process listen on the control socket of this directory? */
export async function isRunning(dir: string): Promise<boolean> {
  const socket = await dial(dir);
  socket?.destroy();
  return socket !== undefined;
}

function dial(dir: string): Promise<Socket | undefined> {
  return new Promise((resolve, reject) => {
    const socket = connect(controlAddress(dir));
    socket.once('connect', () => resolve(socket));
    socket.once('error', (error) => {
      const code = systemCode(error);
      if (code === 'ENOENT' || code === 'ECONNREFUSED' || code === 'ENOTSOCK') resolve(undefined);
      else reject(error);
    });
  });
}

function firstLine(socket: Socket): Promise<ControlAnswer> {
  return new Promise((resolve, reject) => {
    let text = '';
    socket.setEncoding('utf8');
    socket.on('data', (chunk: string) => {
      text += chunk;
      const end = text.indexOf('\n');
      // The other end is this program.
      if (end >= 0) resolve(JSON.parse(text.slice(0, end)) as ControlAnswer);
    });
    socket.on('error', reject);
    socket.on('close', () => reject(new DeviceError('not-running', 'the device stopped')));
  });
}

function isCode(code: string): code is DeviceErrorCode {
  return Object.hasOwn(DEVICE_ERRORS, code);
}
