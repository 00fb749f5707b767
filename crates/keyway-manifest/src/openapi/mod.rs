//! OpenAPI documents become apps: their operations actions, their security schemes credentials.
