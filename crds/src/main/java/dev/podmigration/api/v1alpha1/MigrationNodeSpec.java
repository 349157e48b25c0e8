package dev.podmigration.api.v1alpha1;

import com.fasterxml.jackson.annotation.JsonInclude;

/** Nothing can be wished for of a node yet. */
@JsonInclude(JsonInclude.Include.NON_NULL)
public class MigrationNodeSpec extends ApiBean {}
