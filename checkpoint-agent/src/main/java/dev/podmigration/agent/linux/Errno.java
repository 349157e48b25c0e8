package dev.podmigration.agent.linux;

import java.util.HashMap;
import java.util.Map;

/** Names of the kernel's error numbers: include/uapi/asm-generic/errno-base.h and errno.h. */
final class Errno {
    static final int EINTR = 4;

    private static final Map<Integer, String> NAMES = new HashMap<>();

    static {
        from(
                1,
                "EPERM ENOENT ESRCH EINTR EIO ENXIO E2BIG ENOEXEC EBADF ECHILD EAGAIN ENOMEM EACCES"
                    + " EFAULT ENOTBLK EBUSY EEXIST EXDEV ENODEV ENOTDIR EISDIR EINVAL ENFILE"
                    + " EMFILE ENOTTY ETXTBSY EFBIG ENOSPC ESPIPE EROFS EMLINK EPIPE EDOM ERANGE"
                    + " EDEADLK ENAMETOOLONG ENOLCK ENOSYS ENOTEMPTY ELOOP");
        from(61, "ENODATA ETIME");
        from(71, "EPROTO");
        from(75, "EOVERFLOW");
        from(
                88,
                "ENOTSOCK EDESTADDRREQ EMSGSIZE EPROTOTYPE ENOPROTOOPT EPROTONOSUPPORT"
                        + " ESOCKTNOSUPPORT EOPNOTSUPP EPFNOSUPPORT EAFNOSUPPORT EADDRINUSE"
                        + " EADDRNOTAVAIL ENETDOWN ENETUNREACH ENETRESET ECONNABORTED ECONNRESET"
                        + " ENOBUFS EISCONN ENOTCONN ESHUTDOWN ETOOMANYREFS ETIMEDOUT ECONNREFUSED"
                        + " EHOSTDOWN EHOSTUNREACH EALREADY EINPROGRESS ESTALE EUCLEAN");
        from(122, "EDQUOT");
    }

    private Errno() {}

    static String name(int errno) {
        return NAMES.getOrDefault(errno, "E" + errno);
    }

    static String describe(int errno) {
        return name(errno) + " (errno " + errno + ")";
    }

    private static void from(int first, String names) {
        int number = first;
        for (String name : names.split(" ", -1)) {
            NAMES.put(number, name);
            number++;
        }
    }
}
