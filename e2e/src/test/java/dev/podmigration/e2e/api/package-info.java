/** What a real API server makes of the CRDs. */
package dev.podmigration.e2e.api;
