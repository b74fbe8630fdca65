export { type CertificateOrder, TestAuthority, type TestCertificate } from './certificates.ts';
export { ChildProgram } from './child-program.ts';
export { type Fault, FaultProxy } from './fault-proxy.ts';
export * from './pybricks.ts';
export { type RecordedMessage, RecordingProxy } from './recording-proxy.ts';
export { type SmscOptions, type SubmittedSms, TestSmsc } from './test-smsc.ts';
export {
  isSettled,
  MANUFACTURER,
  type NewWorldDevice,
  newTestPublisher,
  type PackageOrder,
  QUICK,
  sha256Of,
  type TestPublisher,
  World,
  type WorldDevice,
  type WorldOptions,
} from './world.ts';
