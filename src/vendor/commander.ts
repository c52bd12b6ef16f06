export { Command, InvalidArgumentError } from 'commander';
