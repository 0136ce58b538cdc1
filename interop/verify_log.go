// Command verify_log checks a log written by Homefield with the code that checks Go's own checksum database
// (golang.org/x/mod/sumdb), and nothing of ours: signatures, every record, every tile, and growth between checkpoints.
//
//	verify_log DIR VKEY [OLD_CHECKPOINT...]
package main

import (
	"encoding/binary"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"
)

const (
	height = 8
	width  = 1 << height
)

func main() {
	if len(os.Args) < 3 {
		fmt.Fprintln(os.Stderr, "usage: verify_log DIR VKEY [OLD_CHECKPOINT...]")
		os.Exit(2)
	}
	if err := verify(os.Args[1], os.Args[2], os.Args[3:]); err != nil {
		fmt.Fprintln(os.Stderr, "verify_log:", err)
		os.Exit(1)
	}
}

func verify(dir, vkey string, older []string) error {
	verifier, err := note.NewVerifier(vkey)
	if err != nil {
		return err
	}
	tree, origin, others, err := openCheckpoint(filepath.Join(dir, "checkpoint"), verifier)
	if err != nil {
		return err
	}
	fmt.Printf("checkpoint of %s: %d records, signature good, %d signatures by other keys\n", origin, tree.N, others)

	reader := tlog.TileHashReader(tree, &files{dir: dir, held: map[tlog.Tile][]byte{}})
	stored, err := checkRecords(dir, tree, reader)
	if err != nil {
		return err
	}
	for _, path := range older {
		if err := checkGrowth(path, verifier, tree, reader, stored); err != nil {
			return fmt.Errorf("%s: %w", filepath.Base(path), err)
		}
	}
	fmt.Printf("consistency: %d older checkpoints, each proven to be a prefix\n", len(older))
	return nil
}

// openCheckpoint reads a checkpoint and verifies its signature; others counts signatures by keys not known here.
func openCheckpoint(path string, verifier note.Verifier) (tree tlog.Tree, origin string, others int, err error) {
	data, err := os.ReadFile(path)
	if err != nil {
		return tree, "", 0, err
	}
	opened, err := note.Open(data, note.VerifierList(verifier))
	if err != nil {
		return tree, "", 0, err
	}
	lines := strings.Split(opened.Text, "\n")
	if len(lines) != 4 || lines[3] != "" || lines[0] != verifier.Name() {
		return tree, "", 0, errors.New("expected a checkpoint of three lines whose first is the key's name")
	}
	tree.N, err = strconv.ParseInt(lines[1], 10, 64)
	if err != nil {
		return tree, "", 0, err
	}
	tree.Hash, err = tlog.ParseHash(lines[2])
	return tree, lines[0], len(opened.UnverifiedSigs), err
}

// checkRecords proves every record, and builds the whole tree a second time from the records alone.
func checkRecords(dir string, tree tlog.Tree, reader tlog.HashReader) (tlog.HashReaderFunc, error) {
	var held []tlog.Hash
	stored := tlog.HashReaderFunc(func(indexes []int64) ([]tlog.Hash, error) {
		found := make([]tlog.Hash, len(indexes))
		for i, index := range indexes {
			if index >= int64(len(held)) {
				return nil, errors.New("a hash beyond the tree was asked for")
			}
			found[i] = held[index]
		}
		return found, nil
	})
	for n := int64(0); n < tree.N; {
		records, err := readBundle(dir, n, tree.N)
		if err != nil {
			return nil, err
		}
		for _, record := range records {
			proof, err := tlog.ProveRecord(tree.N, n, reader)
			if err != nil {
				return nil, fmt.Errorf("record %d: %w", n, err)
			}
			if err := tlog.CheckRecord(proof, tree.N, tree.Hash, n, tlog.RecordHash(record)); err != nil {
				return nil, fmt.Errorf("record %d: %w", n, err)
			}
			hashes, err := tlog.StoredHashes(n, record, stored)
			if err != nil {
				return nil, err
			}
			held = append(held, hashes...)
			n++
		}
	}
	root, err := tlog.TreeHash(tree.N, stored)
	if err != nil {
		return nil, err
	}
	if root != tree.Hash {
		return nil, errors.New("the records do not lead to the signed root")
	}
	fmt.Printf("records: %d, each with its inclusion proof; they lead to the signed root\n", tree.N)
	return stored, nil
}

// checkGrowth proves that an older checkpoint is a prefix of the tree, from tiles and from the records.
func checkGrowth(path string, verifier note.Verifier, tree tlog.Tree, reader, stored tlog.HashReader) error {
	old, _, _, err := openCheckpoint(path, verifier)
	if err != nil {
		return err
	}
	if old.N == 0 {
		return nil // sumdb knows no root of the empty tree
	}
	root, err := tlog.TreeHash(old.N, stored)
	if err != nil {
		return err
	}
	if root != old.Hash {
		return errors.New("the first records do not lead to its root")
	}
	proof, err := tlog.ProveTree(tree.N, old.N, reader)
	if err != nil {
		return err
	}
	return tlog.CheckTree(proof, tree.N, tree.Hash, old.N, old.Hash)
}

// readBundle returns the records from n, which is a multiple of 256, to the end of their bundle.
func readBundle(dir string, n, size int64) ([][]byte, error) {
	count := size - n
	if count > width {
		count = width
	}
	name := strings.TrimPrefix(tlog.Tile{H: height, L: -1, N: n / width, W: int(count)}.Path(), "tile/8/data/")
	data, err := os.ReadFile(filepath.Join(dir, "tile", "entries", name))
	if err != nil {
		return nil, err
	}
	var records [][]byte
	for len(data) > 0 {
		if len(data) < 2 || len(data) < 2+int(binary.BigEndian.Uint16(data)) {
			return nil, errors.New("a bundle ends inside a record")
		}
		end := 2 + int(binary.BigEndian.Uint16(data))
		records = append(records, data[2:end])
		data = data[end:]
	}
	if int64(len(records)) != count {
		return nil, fmt.Errorf("expected a bundle of %d records, got %d", count, len(records))
	}
	return records, nil
}

// files reads tiles from a log directory, whose paths say no height, and keeps them.
type files struct {
	dir  string
	held map[tlog.Tile][]byte
}

func (f *files) Height() int { return height }

func (f *files) ReadTiles(tiles []tlog.Tile) ([][]byte, error) {
	found := make([][]byte, len(tiles))
	for i, tile := range tiles {
		if f.held[tile] == nil {
			name := strings.TrimPrefix(tile.Path(), "tile/8/")
			data, err := os.ReadFile(filepath.Join(f.dir, "tile", name))
			if err != nil {
				return nil, err
			}
			if len(data) != tile.W*tlog.HashSize {
				return nil, fmt.Errorf("%s is not as long as it must be", name)
			}
			f.held[tile] = data
		}
		found[i] = f.held[tile]
	}
	return found, nil
}

func (f *files) SaveTiles([]tlog.Tile, [][]byte) {}
