package usage

import (
	"bufio"
	"compress/gzip"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"hash"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"syscall"

	"ratable/internal/fault"
)

// archiveWriter writes the lines of an archive to a file of another name: until
// it is closed and renamed, there is no archive.
type archiveWriter struct {
	file  *os.File
	hash  hash.Hash
	zip   *gzip.Writer
	lines *bufio.Writer
	json  *json.Encoder
}

// lockFolder makes sure that one process writes archives to a folder: two would
// write into the same files. The lock ends with the process.
func lockFolder(folder string) (unlock func(), err error) {
	if err := os.MkdirAll(folder, 0o750); err != nil {
		return nil, fmt.Errorf("make the folder of archives: %w", err)
	}
	file, err := os.OpenFile(filepath.Join(folder, ".lock"), os.O_CREATE|os.O_RDWR, 0o640)
	if err != nil {
		return nil, fmt.Errorf("lock the folder of archives: %w", err)
	}
	if err := syscall.Flock(int(file.Fd()), syscall.LOCK_EX|syscall.LOCK_NB); err != nil {
		file.Close()
		if errors.Is(err, syscall.EWOULDBLOCK) {
			err = fault.New(fault.Conflict, "somebody else writes archives to %s: wait until that has ended", folder)
		}
		return nil, fmt.Errorf("lock the folder of archives: %w", err)
	}
	return func() { file.Close() }, nil
}

// createArchive begins a file.
func createArchive(path string) (*archiveWriter, error) {
	file, err := os.OpenFile(path, os.O_CREATE|os.O_TRUNC|os.O_WRONLY, 0o640)
	if err != nil {
		return nil, fmt.Errorf("write an archive: %w", err)
	}
	w := &archiveWriter{file: file, hash: sha256.New()}
	w.zip, err = gzip.NewWriterLevel(io.MultiWriter(file, w.hash), gzip.BestSpeed)
	if err != nil {
		panic(err) // the level is one of gzip's own
	}
	w.lines = bufio.NewWriterSize(w.zip, 1<<16)
	w.json = json.NewEncoder(w.lines)
	w.json.SetEscapeHTML(false)
	return w, nil
}

// close makes sure that every byte is on the disk.
func (w *archiveWriter) close() error {
	return errors.Join(w.lines.Flush(), w.zip.Close(), w.file.Sync(), w.file.Close())
}

// writeManifest puts a manifest on the disk.
func writeManifest(path string, m Manifest) error {
	text, err := json.MarshalIndent(m, "", " ")
	if err != nil {
		return fmt.Errorf("write the manifest of %s: %w", m.File, err)
	}
	file, err := os.OpenFile(path, os.O_CREATE|os.O_TRUNC|os.O_WRONLY, 0o640)
	if err != nil {
		return fmt.Errorf("write the manifest of %s: %w", m.File, err)
	}
	_, err = file.Write(append(text, '\n'))
	return errors.Join(err, file.Sync(), file.Close())
}

// settle gives finished files their names and makes sure that the folder knows
// them, the archive last: a manifest without one is nothing. What has the name
// already was never recorded, or the database is older than it: it is put aside.
func settle(folder string, names ...string) error {
	for _, name := range names {
		path := filepath.Join(folder, name)
		err := os.Rename(path, path+".before")
		if err == nil || errors.Is(err, fs.ErrNotExist) {
			err = os.Rename(path+".part", path)
		}
		if err != nil {
			return fmt.Errorf("keep an archive: %w", err)
		}
	}
	dir, err := os.Open(folder)
	if err != nil {
		return fmt.Errorf("keep an archive: %w", err)
	}
	return errors.Join(dir.Sync(), dir.Close())
}

// readManifest reads what stands beside an archive.
func readManifest(folder, file string) (m Manifest, err error) {
	text, err := os.ReadFile(filepath.Join(folder, manifestName(file)))
	if errors.Is(err, fs.ErrNotExist) {
		return m, fault.New(fault.NotFound, "there is no %s: an archive is read with its manifest", filepath.Join(folder, manifestName(file)))
	}
	if err == nil {
		err = json.Unmarshal(text, &m)
	}
	if err == nil && m.Format != archiveFormat {
		err = fault.New(fault.Invalid, "its format is %q, not %q", m.Format, archiveFormat)
	}
	if err != nil {
		return m, fmt.Errorf("read the manifest of %s: %w", file, err)
	}
	return m, nil
}

// archived is a line as it was read: the event, and where it counted.
type archived struct {
	key    eventKey
	series series
	event  Event
	line   archiveLine
}

// readArchive gives every line of an archive to each and returns the SHA-256 of
// the file. Each line is read as a sender's event would be.
func readArchive(path string, each func(archived) error) ([]byte, error) {
	file, err := os.Open(path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, fault.New(fault.NotFound, "there is no archive %s", path)
	}
	if err != nil {
		return nil, fmt.Errorf("read an archive: %w", err)
	}
	defer file.Close()
	sum := sha256.New()
	whole := io.TeeReader(file, sum)
	unzipped, err := gzip.NewReader(whole)
	if err != nil {
		return nil, fault.New(fault.Invalid, "%s is not an archive: %s", path, err)
	}
	lines := bufio.NewReaderSize(unzipped, 1<<16)
	for n := 1; ; n++ {
		line, err := lines.ReadBytes('\n')
		if errors.Is(err, io.EOF) && len(line) == 0 {
			break
		}
		if err != nil {
			return nil, fault.New(fault.Invalid, "line %d of %s breaks off: %s", n, path, err)
		}
		a, err := parseLine(line)
		if err == nil {
			err = each(a)
		}
		if err != nil {
			return nil, fmt.Errorf("line %d of %s: %w", n, path, err)
		}
	}
	if _, err := io.Copy(io.Discard, whole); err != nil {
		return nil, fmt.Errorf("read an archive: %w", err)
	}
	return sum.Sum(nil), nil
}

func parseLine(line []byte) (a archived, err error) {
	events, err := ParseCloudEvents(line)
	if err != nil {
		return a, err
	}
	if err := json.Unmarshal(line, &a.line); err != nil {
		return a, fault.New(fault.Invalid, "%s", err)
	}
	var h hasher
	a.event = events[0]
	a.series = series{a.line.Account, a.line.CustomerID, a.line.MeterID}
	a.key = eventKey{a.line.Account, h.key(a.event.Source, a.event.ID)}
	if a.line.Key != hex.EncodeToString(a.key.key[:]) {
		return a, fault.New(fault.Invalid, "its key is not that of its source and id")
	}
	return a, nil
}
