package main

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync"

	"github.com/aepflow/aepflow/internal/allow"
	"github.com/aepflow/aepflow/internal/files"
)

// environment is what a project may read beyond its documents: variables, its .env, and secret files.
type environment struct {
	dir    string            // of the project
	dotenv map[string]string // of .env
	given  *sync.Map         // the secrets that were read, by value
}

// isSecret reports whether a value was read as a secret.
func (e environment) isSecret(value string) bool {
	_, is := e.given.Load(value)
	return is
}

// get reads a variable of the process, then of .env. Only credentials, the secrets of connections, and variables of
// documents come from .env, which a repository supplies.
func (e environment) get(name string) (string, bool) {
	if v, ok := os.LookupEnv(name); ok {
		return v, true
	}
	v, ok := e.dotenv[name]
	return v, ok
}

// secretEnv returns NAME of `env.NAME`.
func secretEnv(from string) (string, bool) { return strings.CutPrefix(from, "env.") }

// secret reads the secret that a document refers to: `env.NAME`, or `file.PATH` relative to the project's folder.
func (e environment) secret(from string) (string, error) {
	v, err := e.readSecret(from)
	if err == nil {
		e.given.Store(v, true)
	}
	return v, err
}

func (e environment) readSecret(from string) (string, error) {
	if name, ok := secretEnv(from); ok {
		if err := mayRead(name); err != nil {
			return "", err
		}
		v, set := e.get(name)
		switch {
		case !set:
			return "", errors.New("not set")
		case v == "":
			return "", errors.New("empty")
		}
		return v, nil
	}
	text, err := e.secretFile(strings.TrimPrefix(from, "file."))
	if refused := (*files.Error)(nil); errors.As(err, &refused) {
		return "", errors.New(refused.Reason())
	}
	if err != nil {
		return "", err
	}
	v := strings.TrimSuffix(strings.TrimSuffix(string(text), "\n"), "\r")
	if v == "" {
		return "", errors.New("it is empty")
	}
	return v, nil
}

// mayRead refuses variables that belong to another tool or service, unless the user allows them.
func mayRead(name string) error {
	owner, foreign := allow.OwnerOf(name)
	if !foreign {
		return nil
	}
	lists, err := readAllowed()
	if err != nil || lists.AllowsEnv(name) {
		return err
	}
	return &secretRefusal{
		fmt.Sprintf("the environment variable %s belongs to %s, not to a connection", name, owner),
		"use a variable of its own, such as CRM_DB_PASSWORD; " + howToAllow("want to send its value", allow.EnvVar, name),
	}
}

// secretFile reads a file of the project, or one outside that the user allows. A link out of the project is outside.
func (e environment) secretFile(name string) ([]byte, error) {
	root, err := filepath.Abs(e.dir)
	if err != nil {
		return nil, err
	}
	path := filepath.FromSlash(name)
	if !filepath.IsAbs(path) {
		path = filepath.Join(root, path)
	}
	path = filepath.Clean(path)
	if isBelow(root, path) {
		file := files.Project(root).At(path)
		text, err := file.Read(files.MaxSecret)
		if !errors.Is(err, files.ErrOutside) {
			return text, err
		}
		if path, err = file.Target(); err != nil {
			return nil, err
		}
	}
	lists, err := readAllowed()
	if err != nil {
		return nil, err
	}
	if !lists.AllowsFile(path) {
		return nil, &secretRefusal{
			fmt.Sprintf("the secret file %s is outside the project", filepath.ToSlash(path)),
			howToAllow("want to send its content", allow.FilesVar, filepath.ToSlash(path)),
		}
	}
	return files.Chosen(path).Read(files.MaxSecret)
}

func isBelow(root, path string) bool {
	rel, err := filepath.Rel(root, path)
	return err == nil && filepath.IsLocal(rel)
}

// readAllowed reads what the user allows, from the environment of the process and the user's own file. The project
// has no part in it.
func readAllowed() (allow.Lists, error) {
	lists, err := allow.Read(os.Getenv, allow.DefaultFile())
	if err != nil {
		return allow.Lists{}, exit(exitUsage, "read what you allow: %w", err)
	}
	return lists, nil
}

// howToAllow says how the user, and only the user, allows an entry of a list.
func howToAllow(what, list, entry string) string {
	text := fmt.Sprintf("if you %s, add %s to %s in your own environment", what, entry, list)
	if file := allow.DefaultFile(); file != "" {
		text += " or in " + filepath.ToSlash(file)
	}
	return text + "; the project and its .env cannot allow it"
}
