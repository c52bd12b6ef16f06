// The same as CommonJS.
const nodemailer = require('nodemailer');
const { promises } = require('./promises.cjs');

const [name, order] = process.argv.slice(2);
const mock = () => (name === 'nock' ? { default: require('nock') } : { ...require('msw'), ...require('msw/node') });
const early = order === 'first' ? mock() : undefined;
const { graphTransport } = require('../../../dist/cjs/index.js');
promises(name, early ?? mock(), nodemailer, graphTransport);
