package postgres

import "syscall"

// endWithParent has the kernel tell the server to shut down (SIGINT: fast, clean) when we end without having
// told it, by kill -9 for instance.
func endWithParent(attr *syscall.SysProcAttr) { attr.Pdeathsig = syscall.SIGINT }
