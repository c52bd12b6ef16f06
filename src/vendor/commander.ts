export { Command, CommanderError, InvalidArgumentError } from 'commander';
