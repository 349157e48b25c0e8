package dev.podmigration.agent.commit;

/** One incarnation of a Kubernetes object. */
public record ObjectKey(String namespace, String name, String uid) {
    @Override
    public String toString() {
        return namespace + "/" + name;
    }
}
