const en = {
  soundOn: 'Sound on',
  soundOff: 'Sound off',
  mute: 'Mute',
  tapForSound: 'Tap for sound',
  snapshot: 'Snapshot',
  snapshotTaken: (name: string) => `Saved ${name}`,
  fullscreen: 'Full screen',
  leaveFullscreen: 'Leave full screen',
  pictureInPicture: 'Picture in picture',
  tapForPicture: 'Tap to start the picture',
  grow: (title: string) => `Show ${title} large`,
  shrink: 'Show all',
};

const ru: typeof en = {
  soundOn: 'Звук включён',
  soundOff: 'Звук выключен',
  mute: 'Выключить звук',
  tapForSound: 'Включить звук',
  snapshot: 'Снимок',
  snapshotTaken: (name) => `Сохранён ${name}`,
  fullscreen: 'Во весь экран',
  leaveFullscreen: 'Выйти из полного экрана',
  pictureInPicture: 'Картинка в картинке',
  tapForPicture: 'Нажмите, чтобы начать показ',
  grow: (title) => `Увеличить: ${title}`,
  shrink: 'Показать все',
};

/** Words about the picture and what is done with it. */
export const picture = { en, ru };
