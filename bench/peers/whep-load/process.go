package main

import (
	"bytes"
	"fmt"
	"os"
	"strconv"
)

// Linux counts CPU time in /proc in hundredths of a second (USER_HZ), on every architecture Go runs on.
const msPerTick = 10

// cpuMs gives the user and system time of a process (proc(5), stat: utime and stime), without its children.
func cpuMs(pid int) (float64, error) {
	if pid == 0 {
		return 0, nil
	}
	stat, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
	if err != nil {
		return 0, err
	}
	// The second field is a name in parentheses that may hold spaces.
	fields := bytes.Fields(stat[bytes.LastIndexByte(stat, ')')+1:])
	if len(fields) < 13 {
		return 0, fmt.Errorf("/proc/%d/stat is short", pid)
	}
	ticks := 0
	for _, field := range fields[11:13] {
		n, err := strconv.Atoi(string(field))
		if err != nil {
			return 0, err
		}
		ticks += n
	}
	return float64(ticks) * msPerTick, nil
}

// rssBytes gives the resident memory of a process.
func rssBytes(pid int) (int64, error) {
	if pid == 0 {
		return 0, nil
	}
	status, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", pid))
	if err != nil {
		return 0, err
	}
	for _, line := range bytes.Split(status, []byte("\n")) {
		if bytes.HasPrefix(line, []byte("VmRSS:")) {
			fields := bytes.Fields(line)
			kibibytes, err := strconv.ParseInt(string(fields[1]), 10, 64)
			return kibibytes * 1024, err
		}
	}
	return 0, fmt.Errorf("/proc/%d/status has no VmRSS", pid)
}
