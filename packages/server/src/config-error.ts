/** An option has a value that cannot be; `option` names it. */
export class ConfigError extends Error {
  readonly code = 'bad-option';
  readonly option: string;

  constructor(option: string, message: string) {
    super(`${option}: ${message}`);
    this.name = 'ConfigError';
    this.option = option;
  }
}
