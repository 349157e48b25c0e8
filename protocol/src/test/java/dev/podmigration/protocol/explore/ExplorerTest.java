package dev.podmigration.protocol.explore;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;

import java.util.ArrayList;
import java.util.List;

class ExplorerTest {

    /** A number, behind enough others that it lies across the border of the two words. */
    private static final class Counter implements State<Counter> {
        private int ahead = 1;
        private int value;
        private int behind = 1;

        @Override
        public Counter copy() {
            Counter copy = new Counter();
            copy.ahead = ahead;
            copy.value = value;
            copy.behind = behind;
            return copy;
        }

        @Override
        public void fields(Bits bits) {
            for (int i = 0; i < 6; i++) {
                ahead = bits.next(ahead, 1 << 10);
            }
            value = bits.next(value, 1 << 10);
            behind = bits.next(behind, 1 << 10);
        }
    }

    @Test
    void everyStateIsVisitedOnce() {
        Explorer<Counter> explored =
                explore(
                        (state, steps) -> {
                            if (state.value < 1000) {
                                steps.offer(Kind.STEP, "one more", next -> next.value++);
                                steps.offer(Kind.STEP, "one more, too", next -> next.value++);
                            }
                        });

        assertThat(explored.states()).isEqualTo(1001);
        assertThat(explored.steps()).isEqualTo(2000);
        assertThat(explored.forbidden()).isEmpty();
        assertThat(explored.deadEnd()).isEmpty();
        assertThat(explored.cycle()).isEmpty();
        assertThat(explored.anyMatch(state -> state.value == 777 && state.behind == 1)).isTrue();
    }

    @Test
    void theWayToWhatIsForbiddenIsAShortest() {
        Explorer<Counter> explored =
                Explorer.explore(
                        (state, steps) -> {
                            steps.offer(Kind.STEP, "one", next -> next.value++);
                            steps.offer(Kind.FAULT, "five", next -> next.value += 5);
                        },
                        Counter::new,
                        new Counter(),
                        state -> state.value == 11,
                        _ -> true);

        assertThat(names(explored.forbidden().orElseThrow()))
                .containsExactlyInAnyOrder("five", "five", "one");
    }

    @Test
    void whereOnlyAFaultWouldHelpIsADeadEnd() {
        Explorer<Counter> explored =
                Explorer.explore(
                        (state, steps) -> {
                            if (state.value == 0) {
                                steps.offer(Kind.TIMEOUT, "on", next -> next.value = 1);
                            } else if (state.value == 1) {
                                steps.offer(Kind.FAULT, "luck", next -> next.value = 2);
                            }
                        },
                        Counter::new,
                        new Counter(),
                        _ -> false,
                        end -> end.value == 2);

        assertThat(names(explored.deadEnd().orElseThrow())).containsExactly("on");
    }

    @Test
    void aWayRoundIsFoundUnlessItNeedsAFault() {
        assertThat(names(explore(round(Kind.STEP)).cycle().orElseThrow()))
                .startsWith("begin")
                .endsWith("there", "back");
        assertThat(explore(round(Kind.FAULT)).cycle()).isEmpty();
    }

    private static Behaviour<Counter> round(Kind back) {
        return (state, steps) -> {
            switch (state.value) {
                case 0 -> steps.offer(Kind.STEP, "begin", next -> next.value = 1);
                case 1 -> {
                    steps.offer(Kind.STEP, "there", next -> next.value = 2);
                    steps.offer(Kind.STEP, "end", next -> next.value = 3);
                }
                case 2 -> steps.offer(back, "back", next -> next.value = 1);
                default -> {}
            }
        };
    }

    @Test
    void aStateWithTooManyFieldsIsRefused() {
        Bits bits = Bits.write();
        for (int i = 0; i < Bits.SIZE; i++) {
            bits.next(i % 3 == 0);
        }

        assertThatThrownBy(() -> bits.next(true)).isInstanceOf(IllegalStateException.class);
    }

    private static Explorer<Counter> explore(Behaviour<Counter> behaviour) {
        return Explorer.explore(behaviour, Counter::new, new Counter(), _ -> false, _ -> true);
    }

    private static List<String> names(List<Transition<Counter>> trace) {
        List<String> names = new ArrayList<>();
        trace.forEach(step -> names.add(step.name()));
        return names;
    }
}
