export { compile as compileHtmlToText } from 'html-to-text';
