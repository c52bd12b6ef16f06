export { parse as parseCsv } from 'csv-parse/sync';
