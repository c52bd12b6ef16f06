export { default as PostalMime } from 'postal-mime';
