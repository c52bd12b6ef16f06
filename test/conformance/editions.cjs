// Loads the built package and a Nodemailer as their users do, by Node itself: a test runner would transform what a test
// file imports, and these tests are about the published files.
exports.asModule = async (name) => {
  const [nodemailer, own] = await Promise.all([import(name), import('nodemailer-graph-transport')]);
  return { ...nodemailer, ...own };
};
exports.asCommonJs = (name) => ({ ...require(name), ...require('nodemailer-graph-transport') });
