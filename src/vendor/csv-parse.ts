export { CsvError, parse as csvParser } from 'csv-parse';
export { parse as parseCsv } from 'csv-parse/sync';
