;;; run.el --- the tests in a real Emacs, by eglot -*- lexical-binding: t -*-

;;; Commentary:
;; emacs --batch -Q -l run.el, in an empty folder and with directories of its own; run.sh does that.

;;; Code:

(require 'cl-lib)
(require 'eglot)
(require 'flymake)

(setq native-comp-jit-compilation nil
      make-backup-files nil
      auto-save-default nil
      create-lockfiles nil
      coding-system-for-write nil
      eglot-connect-timeout 15)

;; As docs/editors.md has it, but for where the program is.
(add-to-list 'eglot-server-programs
             `((prog-mode text-mode conf-mode) . (,(getenv "SCRUBJAY_BIN") "lsp")))
(add-to-list 'auto-mode-alist '("\\.env\\(\\.[a-z]+\\)?\\'" . conf-unix-mode))

(defvar run-planted nil "Every value that must not be written anywhere but into its own file.")

(defun run-random (letters count)
  "COUNT random LETTERS."
  (random t)
  (apply #'string (cl-loop repeat count collect (aref letters (random (length letters))))))

(defun run-key ()
  "An AWS access key id that nobody has."
  (let ((key (concat "AK" "IA" (run-random "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567" 16))))
    (push key run-planted)
    key))

(defmacro run-eventually (what &rest body)
  "Wait until BODY has a value, and return it; an error names WHAT."
  (declare (indent 1))
  `(let ((until (time-add nil 15)) value)
     (while (not (setq value (progn ,@body)))
       (when (time-less-p until nil)
         (error "Waited in vain: %s\n%s" ,what (buffer-string)))
       (accept-process-output nil 0.02))
     value))

(defun run-bytes (file)
  "What stands in FILE, byte for byte."
  (with-temp-buffer
    (set-buffer-multibyte nil)
    (insert-file-contents-literally file)
    (buffer-string)))

(defun run-write (name text)
  "Write TEXT into a new file NAME as UTF-8, and answer with its bytes."
  (let ((bytes (encode-coding-string text 'utf-8-unix)) (coding-system-for-write 'no-conversion))
    (write-region bytes nil name nil 'quiet)
    bytes))

(defun run-open (name)
  "Visit the file NAME and start the server in it."
  (find-file name)
  (eglot-ensure)
  (run-hooks 'post-command-hook) ; a person's next key
  (run-eventually "the server" (eglot-managed-p))
  (flymake-mode 1))

(defun run-tell ()
  "Tell the server what was changed: that waits for an idle moment, and a batch has none."
  (eglot--signal-textDocument/didChange))

(defun run-diagnostics (count)
  "Wait until the buffer has COUNT diagnostics, and return them."
  (run-eventually (format "%d diagnostics" count)
    (run-tell)
    (flymake-start)
    (let ((all (flymake-diagnostics)))
      (and (= (length all) count) (or all t)))))

(defun run-act (text title &optional kind)
  "At TEXT, do the one code action whose title begins with TITLE; with KIND, one of that kind."
  (goto-char (point-min))
  (search-forward text)
  (let* ((at (match-beginning 0))
         (actions (eglot-code-actions at (match-end 0) kind nil))
         (action (cl-find-if (lambda (a) (string-prefix-p title (plist-get a :title))) actions)))
    (unless action
      (error "No action %s among %s" title (mapcar (lambda (a) (plist-get a :title)) actions)))
    (eglot-execute (eglot-current-server) action)
    (run-tell)))

(defun run-equal (got want)
  "Fail unless GOT is WANT."
  (unless (equal got want)
    (error "Is\n%S\nand should be\n%S" got want)))

(defconst run-placeholder "REDACTED_AWS_KEY_ID_[a-z0-9]+")

(defvar run-tests
  `(("a finding is a diagnostic"
     ,(lambda ()
        (let ((key (run-key)))
          (run-write "seen.py" (format "# 😀\nkey = 'é%s'\n" key))
          (run-open "seen.py")
          (let ((d (car (run-diagnostics 1))))
            (run-equal (buffer-substring-no-properties (flymake-diagnostic-beg d) (flymake-diagnostic-end d)) key)
            (unless (string-search "AWS access key id" (flymake-diagnostic-text d))
              (error "It says %s" (flymake-diagnostic-text d)))))))
    ("redact and restore leave every other byte, in a file with CRLF and without a last line's end"
     ,(lambda ()
        (let* ((key (run-key))
               (bytes (run-write "redact.py" (format "x = '😀é%s' # 😀\r\ny = 1" key))))
          (run-open "redact.py")
          (setq-local require-final-newline nil)
          (run-diagnostics 1)
          (run-act key "Redact: AWS access key id")
          (run-diagnostics 0)
          (save-buffer)
          (let ((redacted (run-bytes "redact.py")))
            (unless (string-match run-placeholder redacted)
              (error "There is no placeholder: %S" redacted))
            (let ((name (match-string 0 redacted)))
              (run-equal (string-replace name key redacted) bytes)
              (run-act name "Restore")
              (run-diagnostics 1)
              (save-buffer)
              (run-equal (run-bytes "redact.py") bytes))))))
    ("all of a file is redacted at once, equal values by one placeholder"
     ,(lambda ()
        (let ((key (run-key)) (other (run-key)))
          (run-write "all.txt" (format "é %s 😀 %s\n%s\n" key other key))
          (run-open "all.txt")
          (run-diagnostics 3)
          (run-act key "Redact all" "source.fixAll.scrubjay")
          (run-diagnostics 0)
          (unless (string-match (format "\\`é \\(%s\\) 😀 \\(%s\\)\n\\(%s\\)\n\\'" run-placeholder run-placeholder run-placeholder)
                                (buffer-string))
            (error "It is %S" (buffer-string)))
          (run-equal (match-string 1 (buffer-string)) (match-string 3 (buffer-string))))))
    ("a file of variables is watched, too"
     ,(lambda ()
        (run-write ".env.local" (format "# é\nKEY=%s\n" (run-key)))
        (run-open ".env.local")
        (run-diagnostics 1)))
    ("not sensitive is a comment on the line, and undo takes it back"
     ,(lambda ()
        (let ((key (run-key)))
          (run-write "allow.py" (format "a = '%s'\n" key))
          (run-open "allow.py")
          (run-diagnostics 1)
          (undo-boundary)
          (run-act key "Not sensitive: allow aws-access-key-id on this line")
          (run-diagnostics 0)
          (run-equal (buffer-string) (format "a = '%s' # scrubjay:allow aws-access-key-id\n" key))
          (undo-boundary)
          (primitive-undo 1 (if (car buffer-undo-list) buffer-undo-list (cdr buffer-undo-list)))
          (run-diagnostics 1))))
    ;; The last, since it looks at what all the others have left.
    ("no value stands in the state"
     ,(lambda ()
        (let ((files (cl-remove-if-not #'file-regular-p (directory-files-recursively (getenv "SCRUBJAY_STATE") ".*"))))
          (unless files
            (error "There is no file to search"))
          (dolist (file files)
            (let ((bytes (run-bytes file)))
              (dolist (value run-planted)
                (when (string-search value bytes)
                  (error "A value stands in %s" file)))))))))
  "Each test's name and what it does.")

(let ((failed 0))
  (dolist (test run-tests)
    (condition-case why
        (progn
          (funcall (cadr test))
          (princ (format "ok emacs: %s\n" (car test))))
      (error
       (cl-incf failed)
       (princ (format "FAIL emacs: %s\n  %s\n" (car test) (error-message-string why))))))
  (ignore-errors (eglot-shutdown-all))
  (princ (format "%d passed, %d failed\n" (- (length run-tests) failed) failed))
  (kill-emacs (min failed 1)))

;;; run.el ends here
