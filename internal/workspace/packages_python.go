package workspace

import (
	"bytes"
	"regexp"
	"strings"
	"sync"

	"github.com/scrubjay-dev/scrubjay/internal/text"
)

// In Python a package and what it brings are often called differently, so that a name is only missing if nothing in the lock file
// could have brought it.

// pythonOwn are the modules of Python's own library, of every version since 3.8.
var pythonOwn = sync.OnceValue(func() map[string]bool {
	return words(`abc aifc antigravity argparse array ast asynchat asyncio asyncore atexit audioop base64 bdb binascii bisect builtins
	bz2 cProfile calendar cgi cgitb chunk cmath cmd code codecs codeop collections colorsys compileall compression concurrent
	configparser contextlib contextvars copy copyreg crypt csv ctypes curses dataclasses datetime dbm decimal difflib dis distutils
	doctest email encodings ensurepip enum errno faulthandler fcntl filecmp fileinput fnmatch formatter fractions ftplib functools gc
	genericpath getopt getpass gettext glob graphlib grp gzip hashlib heapq hmac html http idlelib imaplib imghdr imp importlib
	inspect io ipaddress itertools json keyword lib2to3 linecache locale logging lzma mailbox mailcap marshal math mimetypes mmap
	modulefinder msilib msvcrt multiprocessing netrc nis nntplib nt ntpath nturl2path numbers opcode operator optparse os ossaudiodev
	parser pathlib pdb pickle pickletools pipes pkgutil platform plistlib poplib posix posixpath pprint profile pstats pty pwd
	py_compile pyclbr pydoc pydoc_data pyexpat queue quopri random re readline reprlib resource rlcompleter runpy sched secrets
	select selectors shelve shlex shutil signal site smtpd smtplib sndhdr socket socketserver spwd sqlite3 sre_compile sre_constants
	sre_parse ssl stat statistics string stringprep struct subprocess sunau symbol symtable sys sysconfig syslog tabnanny tarfile
	telnetlib tempfile termios textwrap this threading time timeit tkinter token tokenize tomllib trace traceback tracemalloc tty
	turtle turtledemo types typing unicodedata unittest urllib uu uuid venv warnings wave weakref webbrowser winreg winsound wsgiref
	xdrlib xml xmlrpc zipapp zipfile zipimport zlib zoneinfo`)
})

// pythonBrings are packages whose names do not tell what they bring.
var pythonBrings = map[string]string{
	"attr": "attrs", "bs4": "beautifulsoup4", "Crypto": "pycryptodome", "cv2": "opencv", "dateutil": "python-dateutil", "environ": "django-environ",
	"fitz": "pymupdf", "git": "gitpython", "grpc": "grpcio", "MySQLdb": "mysqlclient", "OpenSSL": "pyopenssl", "PIL": "pillow",
	"pkg_resources": "setuptools", "psycopg2": "psycopg2", "rest_framework": "djangorestframework", "skimage": "scikit-image",
	"sklearn": "scikit-learn", "win32api": "pywin32", "win32con": "pywin32", "yaml": "pyyaml", "jwt": "pyjwt", "nacl": "pynacl", "zmq": "pyzmq",
}

func words(text string) map[string]bool {
	all := map[string]bool{}
	for _, w := range strings.Fields(text) {
		all[w] = true
	}
	return all
}

var separators = text.Expression(`[-_.]+`)

// pythonHas takes every package for the right one whose name has the import's in it as a whole word, such as python-dotenv.
func pythonHas(p project, name string) bool {
	if p.own(name, ".py", "", "src", "lib") {
		return true
	}
	lock := separators().ReplaceAll(bytes.ToLower(p.lock), []byte("-"))
	wanted := []string{name}
	if other, ok := pythonBrings[name]; ok {
		wanted = append(wanted, other)
	}
	for _, w := range wanted {
		w = separators().ReplaceAllString(strings.ToLower(w), "-")
		if word := regexp.MustCompile(`(?:^|[^a-z0-9])(?:py)?` + regexp.QuoteMeta(w) + `(?:py|[0-9])?(?:[^a-z0-9]|$)`); word.Match(lock) {
			return true
		}
	}
	return false
}
