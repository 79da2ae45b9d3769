;;; Driven by test_server_eglot.py: FILE is opened, fixed by the first quick fix, and written.
(require 'eglot)
(require 'flymake)

(defvar said (getenv "TRANSCRIPT"))
(defun say (label value)
  (write-region (format "%s: %s\n" label value) nil said t 'silent))

(defun await (what condition)
  (let ((patience 600))
    (while (and (> patience 0) (not (funcall condition)))
      (accept-process-output nil 0.1)
      (setq patience (1- patience)))
    (when (= patience 0)
      (say "gave up" what)
      (kill-emacs 1))))

(add-to-list 'eglot-server-programs
             (cons 'python-mode (split-string (getenv "SERVER") "\n")))
(setq eglot-sync-connect 30
      eglot-confirm-server-initiated-edits nil
      create-lockfiles nil
      make-backup-files nil)
(find-file (getenv "FILE"))
(python-mode)
(apply #'eglot--connect (eglot--guess-contact))
(await "diagnostics" (lambda () (flymake-start) (flymake-diagnostics)))
(dolist (found (flymake-diagnostics))
  (say "diagnostic" (format "%d %s" (line-number-at-pos (flymake-diagnostic-beg found))
                            (flymake-diagnostic-text found))))

;; Batch mode has no menu: the first of the choices is taken.
(advice-add 'completing-read :override
            (lambda (_prompt choices &rest _)
              (let ((titles (all-completions "" choices)))
                (dolist (title titles) (say "action" title))
                (car titles))))
(goto-char (point-min))
(search-forward "with open")
;; A list would mean a mouse, and a menu to pop up.
(let ((before (buffer-string)) (last-nonmenu-event ?a))
  (eglot-code-actions (point) nil "quickfix" t)
  (await "the fix" (lambda () (not (equal before (buffer-string))))))
;; Changes are sent when Emacs is idle, which it never is in batch mode.
(eglot--signal-textDocument/didChange)
(await "the diagnostic to go" (lambda () (flymake-start) (null (flymake-diagnostics))))
(save-buffer)
(kill-emacs 0)
