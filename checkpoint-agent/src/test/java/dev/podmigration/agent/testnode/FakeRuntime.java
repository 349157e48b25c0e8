package dev.podmigration.agent.testnode;

import dev.podmigration.agent.runtime.ContainerOnNode;
import dev.podmigration.agent.runtime.ContainerRuntime;
import dev.podmigration.agent.runtime.CrioConfiguration;
import dev.podmigration.agent.runtime.ForgottenContainerException;
import dev.podmigration.agent.runtime.PodOnNode;
import dev.podmigration.agent.runtime.RuntimeVersion;

import java.io.IOException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Collectors;

/** CRI-O with the pods that it was given. */
public final class FakeRuntime implements ContainerRuntime {
    private final AtomicInteger starts = new AtomicInteger();

    private final Map<String, PodOnNode> pods = new ConcurrentHashMap<>();
    private final List<String> noticed = new ArrayList<>();
    private final List<String> started = new ArrayList<>();
    private final Set<String> forgotten = new HashSet<>();
    private Callable<?> beforeNoticing = () -> null;

    public void put(PodOnNode pod) {
        pods.put(pod.podUid(), pod);
    }

    /** Its sandbox is stopped. */
    public void remove(String podUid) {
        pods.remove(podUid);
    }

    /** Containers that CRI-O was told to look at again. */
    public synchronized List<String> noticed() {
        return List.copyOf(noticed);
    }

    /** What has to happen before CRI-O answers: it waits for the end of a dump. */
    public synchronized void beforeNoticing(Callable<?> event) {
        this.beforeNoticing = event;
    }

    /** Containers that were started, in their order. */
    public synchronized List<String> started() {
        return List.copyOf(started);
    }

    /** It was restarted while it made that one. */
    public synchronized void forget(String containerId) {
        forgotten.add(containerId);
    }

    @Override
    public synchronized void start(String containerId) throws IOException {
        if (forgotten.contains(containerId)) {
            throw new ForgottenContainerException(containerId, new IOException("refused"));
        }
        started.add(containerId);
    }

    /** As if it had been ended and started again. */
    public void restart() {
        starts.incrementAndGet();
    }

    @Override
    public String instance() {
        return "start " + starts;
    }

    @Override
    public RuntimeVersion version() {
        return new RuntimeVersion("cri-o", "1.36.3");
    }

    @Override
    public Set<String> handlers() {
        return Set.of("podmigration");
    }

    @Override
    public Optional<PodOnNode> pod(String podUid) {
        return Optional.ofNullable(pods.get(podUid));
    }

    @Override
    public ContainerOnNode fromBundle(String bundle) throws IOException {
        return pods.values().stream()
                .flatMap(pod -> pod.containers().stream())
                .filter(container -> container.bundle().equals(bundle))
                .findFirst()
                .orElseThrow(() -> new IOException("no bundle " + bundle));
    }

    @Override
    public Set<String> containerIds() {
        return pods.values().stream()
                .flatMap(pod -> pod.containers().stream())
                .map(ContainerOnNode::id)
                .collect(Collectors.toUnmodifiableSet());
    }

    @Override
    public List<String> podsOfHandler(String handler) {
        return pods.values().stream()
                .filter(pod -> pod.runtimeHandler().equals(handler))
                .map(pod -> pod.namespace() + "/" + pod.name())
                .toList();
    }

    @Override
    public synchronized void noticeResumed(String containerId) throws IOException {
        try {
            beforeNoticing.call();
        } catch (Exception e) {
            throw new IOException(e);
        }
        noticed.add(containerId);
    }

    @Override
    public CrioConfiguration configuration() {
        throw new UnsupportedOperationException("nobody asked for it yet");
    }

    @Override
    public void close() {}
}
