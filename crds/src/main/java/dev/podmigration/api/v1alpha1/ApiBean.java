package dev.podmigration.api.v1alpha1;

import org.jspecify.annotations.Nullable;

import java.lang.reflect.Field;
import java.lang.reflect.Modifier;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.stream.Collectors;

/**
 * Equality by value for the beans of this package: a status is written only if it differs from the
 * last one. By reflection, so that a new field cannot be forgotten.
 */
abstract class ApiBean {
    private static final ClassValue<List<Field>> FIELDS =
            new ClassValue<>() {
                @Override
                protected List<Field> computeValue(Class<?> type) {
                    return Arrays.stream(type.getDeclaredFields())
                            .filter(field -> !Modifier.isStatic(field.getModifiers()))
                            .peek(field -> field.setAccessible(true))
                            .toList();
                }
            };

    @Override
    public final boolean equals(@Nullable Object other) {
        return this == other
                || (getClass().isInstance(other)
                        && FIELDS.get(getClass()).stream()
                                .allMatch(f -> Objects.equals(value(f, this), value(f, other))));
    }

    @Override
    public final int hashCode() {
        return FIELDS.get(getClass()).stream().map(field -> value(field, this)).toList().hashCode();
    }

    @Override
    public final String toString() {
        return FIELDS.get(getClass()).stream()
                .filter(field -> value(field, this) != null)
                .map(field -> field.getName() + "=" + value(field, this))
                .collect(Collectors.joining(", ", getClass().getSimpleName() + "{", "}"));
    }

    private static @Nullable Object value(Field field, Object bean) {
        try {
            return field.get(bean);
        } catch (IllegalAccessException e) {
            throw new IllegalStateException("made accessible above: " + field, e);
        }
    }
}
