//go:build !linux

package postgres

import "syscall"

// endWithParent can do nothing where the kernel knows no parent-death signal: after a kill -9 the server
// stays, and the next start adopts it.
func endWithParent(*syscall.SysProcAttr) {}
