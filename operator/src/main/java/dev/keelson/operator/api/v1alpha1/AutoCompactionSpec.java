package dev.keelson.operator.api.v1alpha1;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import io.fabric8.generator.annotation.Pattern;
import io.fabric8.generator.annotation.Required;
import io.fabric8.generator.annotation.ValidationRule;

/** Automatic compaction of old revisions. */
@JsonInclude(JsonInclude.Include.NON_NULL)
@ValidationRule(
    value = "self.mode == 'periodic' || self.retention.matches('^[0-9]+$')",
    message = "a retention by revision is a plain number")
public record AutoCompactionSpec(
    @Required
        @Pattern("^(periodic|revision)$")
        @JsonPropertyDescription("periodic keeps a time, revision keeps a number of revisions.")
        String mode,
    @Required
        @Pattern("^[0-9]+(h|m|s)?$")
        @JsonPropertyDescription("How much to keep: 8h, or 1000.")
        String retention) {}
