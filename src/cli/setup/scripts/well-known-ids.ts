/** The application id of Microsoft Graph, the same in every tenant. */
export const GRAPH_APP_ID = '00000003-0000-0000-c000-000000000000';

/** The application permission Mail.Send of Microsoft Graph. (fact auth-9) */
export const MAIL_SEND_ROLE_ID = 'b633e1c5-b582-4048-a93e-9f11b44c7e96';

/** What the scripts for the Entra administrator write down, and the others go by. */
export const REGISTERED_FILE = 'registered-app.txt';
